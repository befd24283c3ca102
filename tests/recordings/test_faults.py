"""A cohort of made-up faults, ingested as a whole, against the verdict that is right for each file."""

from pathlib import Path

import numpy as np
import pytest

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.body.frames import read_trials
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.motion.strip import strip_shard
from biomechgpt.recordings.issues import read_issues
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from tests.helpers.motion_files import MAPS, SKELETONS, gait
from tests.helpers.paths import RECORDINGS, read_yaml

FAULTS = RECORDINGS.with_name("faults")
REJECTED = {
    "c3d_two_subjects.c3d": "several_recordings",
    "c3d_two_subjects_mixed.c3d": "several_recordings",
    "milliseconds_at_1000_hz.mot": "no_frame_rate",
    "npz_split_points.npz": "several_recordings",
    "percent_gait_cycle.mot": "no_frame_rate",
    "time_is_frame_number.csv": "no_frame_rate",
    "time_is_frame_number.mot": "no_frame_rate",
    "tracking_errors.sto": "not_motion",
}
WARNED = {
    "knee_sign_flips.mot": {"knee_sign_flips"},
    "standing_hyperextended_rajagopal.mot": {"knee_sign_inferred"},
    "standing_in_degrees_unstated.sto": {"knee_sign_inferred", "unit_inferred"},
    "zeros_at_start.mot": {"gap_trimmed", "lost_frames"},
    "zeros_while_lost.mot": {"lost_frames"},
}

pytestmark = pytest.mark.skipif(
    not (FAULTS / "trials.tsv").exists(), reason=f"the cohort of faults is not at {FAULTS}"
)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """Trajectories and joint angles by file, and the problems of ingestion by file and severity."""
    out = tmp_path_factory.mktemp("faults")
    config = read_yaml("config.yaml")
    cohorts = read_cohorts([{"name": "faults", "path": str(FAULTS), "role": "both"}])
    maps = MAPS + SKELETONS
    reading = reading_with(maps, IngestSettings.model_validate(config["ingest"]))
    ingest_shard(cohorts, reading, 0, 1, out / "t.parquet", out / "issues.parquet")
    settings = MotionSettings.model_validate(config["motion"])
    strip_shard(out / "t.parquet", settings, out / "a.parquet", out / "a.tsv")
    by_file = [
        {Path(trial.info["file"]).name: trial for trial in read_trials(out / f"{name}.parquet")}
        for name in "ta"
    ]
    return *by_file, read_issues(out / "issues.parquet")


def test_every_file_has_the_verdict_that_is_right(ingested):
    trajectories, _, issues = ingested
    rejected = {Path(i.file).name: i.problem for i in issues if i.severity == "rejected"}
    warned = {Path(i.file).name: set() for i in issues if i.severity == "warning"}
    for issue in issues:
        if issue.severity == "warning":
            warned[Path(issue.file).name].add(issue.problem)
    assert rejected == REJECTED
    assert warned == WARNED
    assert set(trajectories) == set(WARNED)


def test_what_is_accepted_is_the_movement_that_was_recorded(ingested):
    trajectories, angles, _ = ingested
    knee_deg = gait(knee=-1)["knee_angle_r"]
    knee = COORDINATE_NAMES.index("knee_angle_r")
    for file in ("zeros_while_lost.mot", "zeros_at_start.mot"):
        frames = np.degrees(trajectories[file].frames[:, knee])
        known = np.isfinite(frames)
        np.testing.assert_allclose(frames[known], knee_deg[-len(frames) :][known], atol=1e-3)
        assert np.nanmin(np.degrees(angles[file].frames)) < -50
    flipped = np.degrees(trajectories["knee_sign_flips.mot"].frames[:, knee])
    np.testing.assert_allclose(flipped, knee_deg, atol=1e-3)
    standing = np.degrees(trajectories["standing_in_degrees_unstated.sto"].frames[:, knee])
    assert -7 < standing.min() < standing.max() < -2
