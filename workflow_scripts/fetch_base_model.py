"""Find a base model in a local folder or on the hub, and link to its files."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.language_model.checkpoint_source import link_checkpoint
from biomechgpt.settings.base_models_section import CheckpointBaseSettings

checkpoint = CheckpointBaseSettings.model_validate(snakemake.params.cfg)
link_checkpoint(checkpoint, Path(snakemake.output[0]))
