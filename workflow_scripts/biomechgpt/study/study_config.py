"""The config that the study's two scripts read, merged of files as Snakemake merges them."""

import argparse
import copy
from collections.abc import Iterable
from pathlib import Path

from biomechgpt.config.reading import read_config
from biomechgpt.config.whole import Config
from biomechgpt.errors import InputError
from biomechgpt.yaml_files import StrictLoader, read_yaml

ROOT = Path(__file__).resolve().parents[3]
DEFAULT = ROOT / "config.yaml"
NORMAL = (ROOT / "resources/normal_gait.yaml", ROOT / "resources/normal_ranges.yaml")
MAPS = sorted(
    path
    for folder in ("coordinate_maps", "skeletons")
    for path in (ROOT / "resources" / folder).glob("*.yaml")
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that both scripts have."""
    parser.add_argument(
        "--configfile",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="overlays of config.yaml, those of the run and one with the section study",
    )
    parser.add_argument(
        "--studies", type=Path, default=Path("studies"), help="folder of studies (default: studies)"
    )


def study_config(overlays: Iterable[Path]) -> Config:
    """config.yaml with `overlays` laid over it, which must have a section `study`.

    Raises:
        InputError: A file is faulty, or there is no study.
    """
    default = read_yaml(DEFAULT, StrictLoader)
    merged = copy.deepcopy(default)
    for path in overlays:
        overlay = read_yaml(path, StrictLoader)
        if not isinstance(overlay, dict):
            raise InputError(
                f"{path} holds no keys; write `study:` with keys as in presets/study.yaml."
            )
        _merge(merged, overlay)
    config = read_config(merged, default)
    if config.study is None:
        raise InputError(
            "The config has no study: name a file with the section `study`, such as presets/study.yaml, "
            "after --configfile (make study CONFIG=presets/study.yaml)."
        )
    return config


def _merge(config: dict, overlay: dict) -> None:
    """Lay `overlay` over `config`, in place: mappings merge, all else is replaced."""
    for key, value in overlay.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            _merge(config[key], value)
        else:
            config[key] = value


def results_of(config: Config) -> Path:
    """The results folder of the run."""
    return Path("results", config.run or "")
