"""Where the project is, and its settings."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT.parent / "shared" / "data"  # real recordings, where a machine has them


def read_yaml(name: str) -> dict:
    """A YAML file of the project, by its path from the top of the repository."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
