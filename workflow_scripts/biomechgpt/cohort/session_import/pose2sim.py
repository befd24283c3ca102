"""Pose2Sim projects: `kinematics/*.mot`, else `pose-3d/*.trc`, below a folder with `Config.toml`.

Layout: https://github.com/perfanalytics/pose2sim. A project holds a recording in several versions: raw,
filtered, with augmented markers. Height and mass in Config.toml are left alone, since
nobody can tell a measured 70 kg from the template's.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from biomechgpt.cohort.session_import.session_file import SessionFile

CONFIG = "Config.toml"
ENDINGS = {"kinematics": ".mot", "pose-3d": ".trc"}
PROCESSING = re.compile(r"_filt_[a-z_]*?(?=_LSTM|_\d|$)|_LSTM")


def pose2sim_files(files: Iterable[Path]) -> tuple[list[SessionFile], list[str]]:
    """The recordings of Pose2Sim projects among `files`, and remarks for whoever imports them."""
    files = list(files)
    levels = {path.parent for path in files if path.name == CONFIG}
    versions = defaultdict(list)
    for path in files:
        if ENDINGS.get(path.parent.name) == path.suffix.lower() and levels & set(path.parents):
            versions[path.parents[1], PROCESSING.sub("", path.stem)].append(path)
    paths = [min(of_recording, key=_preference) for of_recording in versions.values()]
    groups = {path.parents[2] for path in paths if _is_of_several(path)}
    recordings = [SessionFile(path, _person(path, levels, groups)) for path in paths]
    n_left_out = sum(map(len, versions.values())) - len(versions)
    remark = (
        f"{n_left_out} files of Pose2Sim are other versions of a recording and were left out (joint angles "
        "are taken before points, filtered points before raw ones, those before augmented ones)"
    )
    return recordings, [remark] if n_left_out else []


def _preference(path: Path) -> tuple:
    return path.suffix.lower() != ".mot", "_LSTM" in path.stem, "_filt" not in path.stem, path.name


def _is_of_several(path: Path) -> bool:
    """Whether Pose2Sim numbered the person, behind the name of the trial."""
    return re.match(r"_P\d+", path.stem.removeprefix(path.parents[1].name)) is not None


def _person(path: Path, levels: Collection[Path], groups: Collection[Path]) -> str | None:
    """The folder between session and trial, where a project has that level, each with its Config.toml.

    None where several people were recorded in it.
    """
    trial, *above = [parent for parent in path.parents if parent in levels]
    if trial != path.parents[1] or len(above) < 2 or above[0] in groups:
        return None
    return above[0].name
