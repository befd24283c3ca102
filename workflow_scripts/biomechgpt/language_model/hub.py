"""Models on the Hugging Face hub."""

from pathlib import Path


def is_hub_id(source: str) -> bool:
    """Whether `source` is a Hugging Face id (owner/name) and no path of a folder."""
    starts_as_path = source.startswith(("/", ".", "~"))
    return source.count("/") == 1 and not starts_as_path and not Path(source).is_dir()
