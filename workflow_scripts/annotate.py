"""Ask a model all its questions on new recordings."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.annotation import Recordings, annotate
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings

cfg = snakemake.params.cfg
reading = reading_with(snakemake.input.maps, IngestSettings.model_validate(cfg["ingest"]))
annotate(
    Path(snakemake.input.model),
    Recordings(Path(snakemake.input.cohort), reading, MotionSettings.model_validate(cfg["motion"])),
    Path(snakemake.output.answers),
    Path(snakemake.output.issues),
)
job.finish(snakemake)
