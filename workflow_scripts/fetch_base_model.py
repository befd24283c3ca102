"""Find a base model in a local folder or on the hub, and link to its files."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.language_model.checkpoint_source import link_checkpoint

link_checkpoint(snakemake.params.cfg, Path(snakemake.output[0]))
