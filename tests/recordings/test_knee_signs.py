"""Which way a knee bends: guessed, told by others, contradicted by its map, or flipped on the way."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.body.frames import read_trials
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.recordings.issues import read_issues
from biomechgpt.recordings.recording import reading_with
from tests.helpers.motion_files import INGEST, MAPS, gait, ingest, mot
from tests.recordings.test_no_recording import detail_of, standing

KNEE = COORDINATE_NAMES.index("knee_angle_r")


def ingest_all(folder, files):
    """Maps, knees in degrees, and trials whose sign was inferred, from others or not; `files` is
    (person, columns)."""
    folder.mkdir(exist_ok=True)
    people = dict.fromkeys(person for person, _ in files)
    (folder / "participants.tsv").write_text("\n".join(["participant_id", *people]) + "\n")
    lines = [f"T{k}\t{person}\t{k}.mot\n" for k, (person, _) in enumerate(files)]
    (folder / "trials.tsv").write_text("trial_id\tparticipant_id\tfile\n" + "".join(lines))
    for k, (_, columns) in enumerate(files):
        (folder / f"{k}.mot").write_text(mot(columns))
    cohorts = read_cohorts([{"name": "c", "path": str(folder), "role": "both"}])
    ingest_shard(
        cohorts, reading_with(MAPS, INGEST), 0, 1, folder / "t.parquet", folder / "issues.parquet"
    )
    trials = {t.info["trial_id"]: t for t in read_trials(folder / "t.parquet")}
    knees = {name: np.degrees(np.median(t.frames[:, KNEE])) for name, t in trials.items()}
    inferred = [
        i for i in read_issues(folder / "issues.parquet") if i.problem == "knee_sign_inferred"
    ]
    from_others = {(i.trial_id, "other trials of this person" in i.detail) for i in inferred}
    return {n: t.info["coordinate_map"] for n, t in trials.items()}, knees, from_others


@pytest.mark.parametrize("knee_deg", [-5.0, 5.0, 12.0])
def test_a_knee_within_standing_leaves_its_sign_open(tmp_path, knee_deg):
    outcome = ingest(tmp_path, "a.mot", mot(standing(knee_deg)))
    assert "flexed or hyperextended" in detail_of(outcome, "knee_sign_inferred")


def test_other_trials_of_the_person_tell_how_somebody_stands(tmp_path):
    files = [
        ("A", standing(-5.0)),
        ("A", gait(knee=1)),
        ("B", standing(-5.0)),
        ("B", gait(knee=-1)),
    ]
    maps, knees, inferred = ingest_all(tmp_path, [*files, ("C", standing(-5.0))])
    assert maps == {
        "T0": "opensim_rajagopal", "T1": "opensim_rajagopal", "T2": "opensim_gait",
        "T3": "opensim_gait", "T4": "opensim_gait",
    }  # fmt: skip
    assert knees["T0"] == pytest.approx(5, abs=0.6)  # hyperextended
    assert knees["T2"] == pytest.approx(-5, abs=0.6)  # flexed
    assert inferred == {("T0", True), ("T2", True), ("T4", False)}


def test_trials_that_contradict_each_other_tell_nothing(tmp_path):
    files = [("A", standing(-5.0)), ("A", gait(knee=1)), ("A", gait(knee=-1))]
    _, _, inferred = ingest_all(tmp_path, files)
    assert inferred == {("T0", False)}


def test_a_map_without_a_twin_refuses_knees_that_bend_backwards(tmp_path):
    columns = gait(knee=1) | {
        f"neck_{part}": gait()["time"] for part in ("extension", "bending", "rotation")
    }
    for side in "rl":
        columns[f"knee_angle_{side}"] = 16 + 15 * np.sin(6 * columns["time"])
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.problems() == ["out_of_range"]
    assert "knee_angle_r would hyperextend by 31 degrees" in outcome.issues[0].detail
    told = ingest(tmp_path, "a.mot", None, coordinate_map="biomechgpt34")
    np.testing.assert_allclose(told.angle_deg("knee_angle_r"), columns["knee_angle_r"], atol=1e-3)
    columns["knee_angle_r"] = -columns["knee_angle_r"]
    assert "knee_angle_l" in ingest(tmp_path, "b.mot", mot(columns)).issues[0].detail
    columns["knee_angle_l"] = -columns["knee_angle_l"]
    assert ingest(tmp_path, "c.mot", mot(columns)).frames is not None


@pytest.mark.parametrize("knee", [1, -1])
@pytest.mark.parametrize("flipped", [slice(20, 80), slice(20, None)])
def test_a_stretch_with_the_mirrored_knee_is_turned_back(tmp_path, knee, flipped):
    expected = gait(knee=-1)["knee_angle_r"]
    columns = gait(knee=knee)
    columns["knee_angle_r"] = columns["knee_angle_r"] + 20 * knee  # nowhere near 0
    flipped = slice(flipped.start, 80 if flipped.stop else 60)
    columns["knee_angle_r"][flipped] *= -1
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), expected - 20, atol=1e-3)
    n_frames = flipped.stop - flipped.start
    assert f"knee_angle_r in {n_frames} frames" in detail_of(outcome, "knee_sign_flips")
    assert "knee_sign_inferred" not in outcome.problems()


def test_a_flip_over_two_frames_leaves_a_gap_between(tmp_path):
    columns = gait(knee=-1)
    columns["knee_angle_l"] = columns["knee_angle_l"] - 20
    columns["knee_angle_l"][40:70] *= -1
    columns["knee_angle_l"][[40, 70]] = 0.5
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    knee = outcome.angle_deg("knee_angle_l")
    assert np.flatnonzero(np.isnan(knee)).tolist() == [40, 70]
    known = np.isfinite(knee)
    np.testing.assert_allclose(knee[known], (gait(knee=-1)["knee_angle_l"] - 20)[known], atol=1e-3)


def test_a_knee_that_hyperextends_as_it_walks_is_left_alone(tmp_path):
    columns = gait(100, 30, knee=-1)
    for side in "rl":
        columns[f"knee_angle_{side}"] = columns[f"knee_angle_{side}"] + 12
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert "knee_sign_flips" not in outcome.problems()
    np.testing.assert_allclose(
        outcome.angle_deg("knee_angle_l"), columns["knee_angle_l"], atol=1e-3
    )
