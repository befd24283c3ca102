"""Write the prompts of one generator, fold and seed, from conditions of training trials."""

from biomechgpt import job

log = job.start(snakemake)

from pathlib import Path

import pyarrow.parquet as pq

from biomechgpt.files import replacing
from biomechgpt.language_model.generation_examples import steps_between, training_conditions
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.generators_section import LanguageModelGenerator
from biomechgpt.synthesis.prompts import generation_prompts
from biomechgpt.tokenizer.tokens import TokensMetadata

metadata = TokensMetadata.of_schema(pq.read_schema(snakemake.input.tokens[0]))
task = GenerationTaskSettings.model_validate(snakemake.params.task)
table = generation_prompts(
    training_conditions(Path(snakemake.input.conditions)),
    task,
    LanguageModelGenerator.model_validate(snakemake.params.cfg),
    steps_between(task, metadata),
    metadata.downsampling / metadata.frame_rate_hz,
    int(snakemake.wildcards.seed),
)
with replacing(snakemake.output[0]) as temporary:
    pq.write_table(table, temporary)
log.info("%d prompts", len(table))
job.finish(snakemake)
