"""Scale the videos of one fold by its training people."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.video.scale_stage import scale_videos

files = snakemake.input
scale_videos(
    files.clips,
    files.trials,
    files.folds,
    snakemake.wildcards.fold,
    int(snakemake.wildcards.components),
    Path(snakemake.output[0]),
)
job.finish(snakemake)
