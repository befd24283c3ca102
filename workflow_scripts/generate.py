"""Sample the motion tokens of synthetic movements after their prompts."""

from biomechgpt import job

log = job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.settings.generators_section import LanguageModelGenerator
from biomechgpt.synthesis.generation import generate

n_faults = generate(
    Path(snakemake.input.model),
    snakemake.input.prompts,
    LanguageModelGenerator.model_validate(snakemake.params.cfg),
    int(snakemake.wildcards.seed),
    snakemake.output[0],
)
log.info("%d movements stand still and will be rejected", n_faults)
job.finish(snakemake)
