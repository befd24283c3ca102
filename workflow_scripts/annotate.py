"""Ask a model all its questions on new recordings."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.annotation import Recordings, annotate
from biomechgpt.recordings.recording import reading_with

cfg = snakemake.params.cfg
reading = reading_with(snakemake.input.maps, cfg["ingest"])
annotate(
    Path(snakemake.input.model),
    Recordings(Path(snakemake.input.cohort), reading, cfg["motion"]),
    Path(snakemake.output.answers),
    Path(snakemake.output.issues),
)
job.finish(snakemake)
