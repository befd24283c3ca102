"""A synthetic cohort folder is read back as it was written, and known for what it is."""

from pathlib import Path

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.chat.own_file import NOBODY
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.evaluation.synthetic_leakage import IN_COHORT
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.recording import reading_with
from biomechgpt.recordings.trajectories import read_trajectory
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.synthesis.synthetic_cohort import write_cohort
from biomechgpt.synthesis.synthetic_files import (
    Origin,
    SyntheticMovement,
    angles_digests,
    write_movements,
)
from tests.helpers.paths import ROOT, read_yaml

RATE_HZ = 30.0


def walk(shift):
    time_s = np.arange(0, 3, 1 / RATE_HZ)
    angles = np.zeros((len(time_s), 34), np.float32)
    for side, phase in (("r", shift), ("l", shift + np.pi)):
        angles[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = 0.4 * np.sin(6 * time_s + phase)
        bent = 0.6 + 0.4 * np.cos(6 * time_s + phase)
        angles[:, JOINT_NAMES.index(f"knee_angle_{side}")] = -bent
        angles[:, JOINT_NAMES.index(f"ankle_angle_{side}")] = 0.2 * np.cos(6 * time_s + phase)
    return angles


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "fold-0/synthetic/words/seed-0"
    folder.mkdir(parents=True)
    movements = [SyntheticMovement(n, {"diagnosis": "stroke"}, walk(n)) for n in range(2)]
    paths = (folder / "joint_angles.parquet", folder / "trials.tsv")
    write_movements(*paths, Origin("fold-0", "words", 0), movements, RATE_HZ)
    write_cohort(*paths, folder / "cohort")
    return folder


def test_tables_and_files_say_that_nobody_moved_so(folder):
    (cohort,) = read_cohorts([{"name": "made", "path": str(folder / "cohort")}])
    assert cohort.trials["diagnosis"].tolist() == ["stroke", "stroke"]
    assert all(map(IN_COHORT.search, cohort.trials["participant_id"]))
    assert "SYNTHETIC" in (folder / "cohort/README").read_text()
    for name in cohort.trials["file"]:
        head = (folder / "cohort" / name).read_text().partition("endheader")[0]
        assert "SYNTHETIC" in head


def test_read_as_a_recording_it_has_the_digest_that_the_audit_looks_for(folder, tmp_path):
    config = read_yaml("config.yaml")
    maps = [Path(path) for path in sorted((ROOT / "resources/coordinate_maps").glob("*.yaml"))]
    reading = reading_with(maps, IngestSettings.model_validate(config["ingest"]))
    with FrameWriter(tmp_path / "0.parquet", JOINT_NAMES, "rad") as writer:
        for path in sorted((folder / "cohort").glob("*.mot")):
            trajectory = read_trajectory(path, NOBODY | {"file": path.name}, reading)
            trial = strip(trajectory, MotionSettings.model_validate(config["motion"])).trial
            writer.write({"trial_id": path.stem}, trial.frames)
    written = [digest for _, digest in angles_digests([folder / "joint_angles.parquet"])]
    assert [digest for _, digest in angles_digests([tmp_path / "0.parquet"])] == written
