"""Train the motion tokenizer of one fold."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.stage import make_tokenizer

make_tokenizer(
    snakemake.input.joint_angles,
    snakemake.input.trials,
    snakemake.input.folds,
    snakemake.wildcards.fold,
    TokenizerSettings.model_validate(snakemake.params.cfg),
    IngestSettings.model_validate(snakemake.params.ingest),
    MotionSettings.model_validate(snakemake.params.motion),
    snakemake.params.training_code,
    snakemake.output[0],
)
job.finish(snakemake)
