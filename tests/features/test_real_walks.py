"""The measured record on recordings of people, and on published curves of others."""

import csv
import io
from functools import cache

import c3d
import numpy as np
import pytest
from scipy.io import loadmat

from biomechgpt.features.both_legs import profile_score
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.stride_measures import variable_score
from biomechgpt.features.walking_strides import walking_strides
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.recording import reading_with
from biomechgpt.recordings.trajectories import read_trajectory
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from tests.helpers.normal_walks import normal_gait
from tests.helpers.paths import RECORDINGS, ROOT, read_yaml

PUBLISHED = RECORDINGS.with_name("datasets") / "gait_signatures"
IDS = ("cohort", "trial_id", "participant_id", "split_group")
LEVEL_WALKS = (
    "biomechzoo_hc/angles_csv/HC038A11.csv",
    "biomechzoo_hc/angles_csv/HC039A17.csv",
    "biomechzoo_hc/angles_csv/HC044A15.csv",
)
recordings = pytest.mark.skipif(
    not RECORDINGS.exists(), reason=f"the real recordings are not at {RECORDINGS}"
)
published = pytest.mark.skipif(not PUBLISHED.exists(), reason=f"there is no {PUBLISHED}")


@cache
def motion_settings() -> MotionSettings:
    return MotionSettings.model_validate(read_yaml("config.yaml")["motion"])


@cache
def reading():
    maps = sorted(ROOT.glob("resources/coordinate_maps/*.yaml"))
    return reading_with(maps, IngestSettings.model_validate(read_yaml("config.yaml")["ingest"]))


@cache
def angles_of(file: str) -> np.ndarray:
    row = dict.fromkeys(IDS, "x") | {"file": file}
    return strip(read_trajectory(RECORDINGS / file, row, reading()), motion_settings()).trial.frames


def record_of(file: str) -> dict:
    record = measured_record(angles_of(file), motion_settings().frame_rate_hz, normal_gait())
    return {(quantity.key, quantity.side): quantity for quantity in record}


@recordings
@pytest.mark.parametrize("file", LEVEL_WALKS)
def test_healthy_people_walk_as_books_say(file):
    """Stance by 64.2 - 3.5 speed (Kirtley and others 1985); cadence as their foot events give it."""
    with (RECORDINGS / "trials.tsv").open(newline="") as table:
        rows = {row["file"]: row for row in csv.DictReader(table, delimiter="\t")}
    record = record_of(file)
    cadence = float(rows[file]["cadence_steps_min"])
    assert record["cadence", None].value == pytest.approx(cadence, abs=4)
    speed = record["walking_speed", None].value
    for side in ("right", "left"):
        stance = record["stance_share", side].value
        assert stance == pytest.approx(64.2 - 3.5 * speed, abs=3.5)
        assert 50 < record["knee_flexion_swing", side].value < 73
        assert 0.55 < record["step_length", side].value < 0.8
    assert 13 < record["double_support_share", None].value < 28
    assert 0.9 <= record["temporal_symmetry", None].value <= 1.1


@recordings
def test_events_are_those_that_the_laboratory_marked():
    file = "biomechzoo_hc/c3d/HC031A06.c3d"
    reader = c3d.Reader(io.BytesIO((RECORDINGS / file).read_bytes()))
    sides, names = (
        [text.strip() for text in reader.get(f"EVENT:{key}").string_array]
        for key in ("CONTEXTS", "LABELS")
    )
    start_s = (reader.first_frame - 1) / reader.point_rate  # frame 1 is at 0 s
    times_s = reader.get("EVENT:TIMES").float_array[:, 1] - start_s
    marked = {key: [] for key in zip(sides, names, strict=True)}
    for side, name, time_s in zip(sides, names, times_s, strict=True):
        marked[side, name].append(time_s)
    strides = walking_strides(angles_of(file), motion_settings().frame_rate_hz)
    assert len(strides) == 2
    for stride in strides:
        side = {"r": "Right", "l": "Left"}[stride.side]
        contacts = [stride.times_s.contact, stride.times_s.next_contact]
        np.testing.assert_allclose(contacts, sorted(marked[side, "Foot Strike"]), atol=0.02)
        off = min(
            marked[side, "Foot Off"], key=lambda time_s: abs(time_s - stride.times_s.foot_off)
        )
        assert stride.times_s.foot_off == pytest.approx(off, abs=0.02)


@recordings
@pytest.mark.parametrize("name", ["run0500cms", "STS1_ik", "squats1_ik", "DJ1"])
def test_who_does_not_walk_has_no_stride(name):
    (path, *_) = sorted(RECORDINGS.rglob(f"{name}.*"))
    angles_rad = angles_of(path.relative_to(RECORDINGS).as_posix())
    assert walking_strides(angles_rad, motion_settings().frame_rate_hz) == []


@published
def test_published_curves_score_as_they_were_scored_before():
    """72 phase averages of six sagittal angles; able-bodied people against the others of their kind."""
    path = PUBLISHED / "GaitSignatures_PhaseAveraged_ExperimentalKinematics.mat"
    curves_deg = loadmat(path)["PhaseAvgPCs_shift_LHS_KINs"]
    people = np.array((PUBLISHED / "Subjectlabels.csv").read_text().split())
    able_bodied = np.char.startswith(people, "AB")
    scores = {}
    for person in np.unique(people):
        normal_deg = curves_deg[able_bodied & (people != person)].mean(axis=0)
        own = curves_deg[people == person]
        scores[person] = np.mean([profile_score(*map(variable_score, c, normal_deg)) for c in own])
    able = [score for person, score in scores.items() if person.startswith("AB")]
    stroke = [score for person, score in scores.items() if person.startswith("ST")]
    assert (min(able), max(able)) == pytest.approx((5.0, 8.2), abs=0.05)
    assert (min(stroke), max(stroke)) == pytest.approx((9.2, 17.0), abs=0.05)
