"""Read the features or keypoints of the videos of all accepted trials."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.video.read_stage import read_videos

params, outputs = snakemake.params, snakemake.output
read_videos(
    read_cohorts(params.cohorts),
    params.recorded,
    snakemake.wildcards.view,
    snakemake.input.trials,
    outputs.clips,
    outputs.issues,
    params.files,
)
job.finish(snakemake)
