"""Answer with the mean of what several models answered."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.evaluation.late_fusion import fuse

wildcards = snakemake.wildcards
fuse(snakemake.input, snakemake.output[0], wildcards.baseline, int(wildcards.seed))
job.finish(snakemake)
