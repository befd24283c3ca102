"""List where each trial comes from: cohort, camera, size and length of the video, box of the person."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.video.source_table import write_source_table

write_source_table(read_cohorts(snakemake.params.cohorts), snakemake.output[0])
job.finish(snakemake)
