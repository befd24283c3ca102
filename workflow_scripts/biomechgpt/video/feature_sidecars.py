"""The sidecar of a feature file: its own, and the folder's for what all files have in common."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from biomechgpt.errors import InputError
from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.yaml_files import read_yaml

FOLDER_SIDECAR = "video_features"  # its name without suffix
SUFFIXES = (".json", ".yaml", ".yml")


class VideoError(ValueError):
    """A file of features or keypoints that cannot be used: `problem` is a slug, `detail` says what to do."""

    def __init__(self, problem: str, detail: str):
        super().__init__(f"{problem}: {detail}")
        self.problem, self.detail = problem, detail


def read_source(path: Path, cohort_folder: Path) -> FeatureSource:
    """What the sidecars of a file say: those of its folders up to `cohort_folder`, then its own.

    Raises:
        VideoError: `no_sidecar`, `bad_sidecar` or `no_time_base`.
    """
    files = list(_sidecars(path, cohort_folder))
    if not files:
        raise VideoError(
            "no_sidecar",
            f"neither {path.with_suffix('.json').name} beside it nor {FOLDER_SIDECAR}.json in its folder "
            "says which encoder made it, at which fps and stride_frames (docs/video.md)",
        )
    values: dict = {}
    for file in files:
        values |= _read(file)
    try:
        source = FeatureSource.model_validate(values)
    except ValidationError as error:
        raise VideoError("bad_sidecar", _in_words(error, files)) from None
    if source.fps is None or source.stride_frames is None:
        raise VideoError(
            "no_time_base",
            f"{files[-1].name} lacks fps or stride_frames: without both nobody knows when a row is. Write "
            "the frame rate of the video and the pictures from one row to the next",
        )
    return source


def _sidecars(path: Path, cohort_folder: Path) -> Iterator[Path]:
    """The files that say something of `path`, the most general first."""
    inner = path.parent.relative_to(cohort_folder).parts
    folders = [cohort_folder.joinpath(*inner[:depth]) for depth in range(len(inner) + 1)]
    stems = [folder / FOLDER_SIDECAR for folder in folders] + [path.with_suffix("")]
    for stem in stems:
        for suffix in SUFFIXES:
            file = stem.with_name(stem.name + suffix)
            if file.is_file() and file != path:
                yield file


def _read(file: Path) -> dict:
    """The mapping of a sidecar; JSON is YAML."""
    try:
        values = read_yaml(file)
    except InputError:
        raise VideoError("bad_sidecar", f"{file.name} is neither JSON nor YAML") from None
    if not isinstance(values, dict):
        raise VideoError("bad_sidecar", f"{file.name} holds no keys and values (docs/video.md)")
    return values


def _in_words(error: ValidationError, files: list[Path]) -> str:
    """The first fault of a sidecar, by its key."""
    fault = error.errors()[0]
    key = ".".join(map(str, fault["loc"]))
    known = ", ".join(FeatureSource.model_fields)
    names = " and ".join(file.name for file in files)
    return f"{names}: {key}: {fault['msg']}; the keys are {known} (docs/video.md)"
