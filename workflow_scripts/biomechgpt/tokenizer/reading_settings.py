"""How the recordings that a tokenizer learnt from were read, so that later ones are read alike."""

import json
import os
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings

READING_FILE = "reading.json"


def save_reading_settings(folder: Path, ingest: IngestSettings, motion: MotionSettings) -> None:
    """Write `reading.json` to the folder of a motion tokenizer."""
    settings = {"ingest": ingest.to_dict(), "motion": motion.to_dict()}
    (folder / READING_FILE).write_text(json.dumps(settings, indent=1))


def load_reading_settings(folder: os.PathLike) -> tuple[IngestSettings, MotionSettings]:
    """Read what `save_reading_settings` wrote.

    Raises:
        InputError: The folder was written by an earlier version.
    """
    path = Path(folder, READING_FILE)
    if not path.is_file():
        raise InputError(
            f"{folder} does not say how its recordings were read ({READING_FILE}), so it was made by "
            "an earlier version of this workflow; train the motion tokenizer anew"
        )
    settings = json.loads(path.read_text())
    ingest = IngestSettings.model_validate(settings["ingest"])
    return ingest, MotionSettings.model_validate(settings["motion"])
