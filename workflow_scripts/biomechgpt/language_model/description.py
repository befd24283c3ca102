"""What a model folder says of its model, for those who need not load it (that takes seconds)."""

import json
import os
from pathlib import Path

DESCRIPTION_FILE = "model.json"


def read_description(folder: os.PathLike) -> dict:
    """What `DESCRIPTION_FILE` of a model folder holds."""
    description = json.loads(Path(folder, DESCRIPTION_FILE).read_text(encoding="utf-8"))
    if "codebook_size" in description:  # of a model of an earlier version
        description["motion_vocabulary_size"] = description.pop("codebook_size")
    return description
