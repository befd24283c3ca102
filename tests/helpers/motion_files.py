"""Small motion files as labs write them, for the tests of this folder."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES, PELVIS_POSITION
from biomechgpt.body.frames import read_trials
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.recordings.issues import Issue, read_issues
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings
from tests.helpers.paths import ROOT

MAPS = sorted((ROOT / "resources" / "coordinate_maps").glob("*.yaml"))
SKELETONS = sorted((ROOT / "resources" / "skeletons").glob("*.yaml"))
INGEST = IngestSettings(
    shards=1, angle_unit_when_unstated="infer", min_leg_joints=6, joint_centre_low_pass_hz=6
)
PELVIS = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz")


class Outcome(NamedTuple):
    """What ingestion made of one file."""

    frames: np.ndarray | None  # (T, 41), None where the file was rejected
    time_s: np.ndarray | None
    info: dict
    issues: list[Issue]

    def problems(self) -> list[str]:
        return [issue.problem for issue in self.issues]

    def angle_deg(self, name: str) -> np.ndarray:
        return np.degrees(self.frames[:, COORDINATE_NAMES.index(name)])


def gait(n_frames: int = 200, rate_hz: float = 100, knee: int = 1) -> dict[str, np.ndarray]:
    """A walk in degrees and metres under OpenSim names; `knee` is the sign of flexion."""
    time_s = np.arange(n_frames) / rate_hz
    phase = 2 * np.pi * time_s
    columns = {"time": time_s}
    for name in PELVIS:
        columns[name] = 1 + time_s if name in PELVIS_POSITION else np.sin(phase)
    for index, name in enumerate(n for n in JOINT_NAMES if not n.startswith("neck")):
        columns[name] = 8 * np.sin(phase + index / 5)
    for side, shift in (("r", 0.0), ("l", np.pi)):
        columns[f"hip_flexion_{side}"] = 10 + 20 * np.cos(phase + shift)
        columns[f"knee_angle_{side}"] = knee * (32 + 30 * np.sin(phase + shift))
    return columns


def rotations(columns: dict, factor: float) -> dict:
    """The same columns with all rotations multiplied by `factor`."""
    kept = ("time", *PELVIS_POSITION)
    return {n: v if n in kept else v * factor for n, v in columns.items()}


def rows(columns: dict, separator: str = "\t", line_end: str = "\n") -> str:
    """Names and numbers as text."""
    numbers = zip(*columns.values(), strict=True)
    lines = [separator.join(columns)]
    lines += [separator.join(f"{value:.6f}" for value in row) for row in numbers]
    return line_end.join(lines) + line_end


def mot(columns: dict, in_degrees: str | None = "yes", header: str | None = None) -> str:
    """The text of an OpenSim motion file."""
    n_rows = len(next(iter(columns.values())))
    if header is None:
        header = f"Coordinates\nversion=1\nnRows={n_rows}\nnColumns={len(columns)}\n"
        header += "" if in_degrees is None else f"inDegrees={in_degrees}\n"
        header += "\nUnits are S.I. units (second, meters, Newtons, ...)\n\nendheader\n"
    return header + rows(columns)


def ingest(folder: Path, name: str, content: str | bytes | None, **cells: str) -> Outcome:
    """Put `content` into a cohort of one trial, ingest it, and return what came out.

    `cells` are override columns of trials.tsv, and `settings` may replace those of ingestion.
    """
    settings = cells.pop("settings", INGEST)
    folder.mkdir(exist_ok=True)
    if content is not None:
        content = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(content)
    (folder / "participants.tsv").write_text("participant_id\tage\nP1\tn/a\n")
    names, values = "".join(f"\t{n}" for n in cells), "".join(f"\t{v}" for v in cells.values())
    table = f"trial_id\tparticipant_id\tfile{names}\nT1\tP1\t{name}{values}\n"
    (folder / "trials.tsv").write_text(table)
    cohorts = read_cohorts([{"name": "test", "path": str(folder), "role": "both"}])
    frames_path, issues_path = folder / "out.parquet", folder / "out.issues.parquet"
    ingest_shard(cohorts, reading_with(MAPS + SKELETONS, settings), 0, 1, frames_path, issues_path)
    issues = read_issues(issues_path)
    trials = list(read_trials(frames_path))
    if not trials:
        assert [i.severity for i in issues] == ["rejected"]
        return Outcome(None, None, {}, issues)
    trial = trials[0]
    return Outcome(trial.frames, trial.time_s, trial.info, issues)
