"""Turn sampled tokens into synthetic movements within the limits of a body."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.synthesis.decoding import decode_synthetic
from biomechgpt.synthesis.synthetic_files import Origin

files, wildcards = snakemake.input, snakemake.wildcards
decode_synthetic(
    Path(files.model),
    files.prompts,
    files.tokens,
    Origin(wildcards.fold, wildcards.generator, int(wildcards.seed)),
    Path(snakemake.output.joint_angles).parent,
)
job.finish(snakemake)
