"""Build the embedded base model of one fold and pretrain it, without labels."""

from biomechgpt import job

log = job.start(snakemake)

from biomechgpt.language_model.embedded import build_base_model, training_motions
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.settings.base_models_section import EmbeddedBaseSettings
from biomechgpt.settings.question_settings import question_settings

motions = training_motions(snakemake.input.tokens, snakemake.input.folds, snakemake.wildcards.fold)
tasks = question_settings(snakemake.params.tasks)
build_base_model(
    EmbeddedBaseSettings.model_validate(snakemake.params.cfg),
    motions,
    read_tasks(tasks, dict(zip(tasks, snakemake.input.phrasings, strict=True))),
    snakemake.output[0],
    snakemake.params.code,
    snakemake.params.get("prompts", []),
)
log.info("pretrained on %d motions of training participants", len(motions.views))
job.finish(snakemake)
