"""Write the synthetic movements of one generator, fold and seed as a cohort folder."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.synthesis.synthetic_cohort import write_cohort

files = snakemake.input
write_cohort(files.joint_angles, files.trials, Path(snakemake.output[0]))
job.finish(snakemake)
