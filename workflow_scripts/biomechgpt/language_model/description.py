"""What a model folder says of its model, for those who need not load it (that takes seconds)."""

import json
import os
from pathlib import Path

DESCRIPTION_FILE = "model.json"


def read_description(folder: os.PathLike) -> dict:
    """What `DESCRIPTION_FILE` of a model folder holds."""
    return json.loads(Path(folder, DESCRIPTION_FILE).read_text(encoding="utf-8"))
