import numpy as np
import pytest

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials
from biomechgpt.errors import InputError
from biomechgpt.motion.strip import strip_shard
from biomechgpt.recordings.issues import read_issues
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.splits.index import index_trials

SETTINGS = MotionSettings(
    frame_rate_hz=30, max_gap_s=0.5, min_duration_s=1.0, zero_joints=["mtp_angle_r", "wrist_flex_l"]
)
KNEE = JOINT_NAMES.index("knee_angle_r")
MTP = JOINT_NAMES.index("mtp_angle_r")
NECK = JOINT_NAMES.index("neck_extension")


def info(trial_id, participant_id="P1"):
    names = {"trial_id": trial_id, "participant_id": participant_id, "cohort": "lab"}
    return names | {
        "split_group": None,
        "file": f"{trial_id}.mot",
        "coordinate_map": "opensim_gait",
        "frame_rate_hz": 100.0,
    }


def frames(n_frames=300, seed=0):
    rng = np.random.default_rng(seed)
    smooth = np.cumsum(rng.normal(0, 0.01, (n_frames, len(COORDINATE_NAMES))), axis=0)
    return smooth.astype(np.float32)


def write(path, trials):
    with FrameWriter(path, COORDINATE_NAMES, unit="m, rad", with_time=True) as writer:
        for name, values in trials:
            writer.write(info(*name), values, np.arange(len(values)) / 100)


def strip(tmp_path, trials, settings=SETTINGS):
    write(tmp_path / "trajectories.parquet", trials)
    paths = tmp_path / "angles.parquet", tmp_path / "issues.parquet"
    strip_shard(tmp_path / "trajectories.parquet", settings, *paths)
    return list(read_trials(paths[0])), read_issues(paths[1])


def test_pelvis_goes_and_configured_joints_are_zero(tmp_path):
    (trial,), issues = strip(tmp_path, [(("a",), frames())])
    assert issues == []
    assert trial.frames.shape == (90, 34)
    assert (trial.frames[:, MTP] == 0).all()
    assert trial.frames[:, KNEE].std() > 0
    moved = frames()
    moved[:, :7] += 5.0
    (other,), _ = strip(tmp_path, [(("a",), moved)])
    assert np.array_equal(trial.frames, other.frames)


def test_absent_joint_is_listed_and_stays_absent(tmp_path):
    values = frames()
    values[:, 7 + NECK] = np.nan
    (trial,), _ = strip(tmp_path, [(("a",), values)])
    assert trial.info["missing_joints"] == ["neck_extension"]
    assert np.isnan(trial.frames[:, NECK]).all()
    assert np.isfinite(np.delete(trial.frames, NECK, axis=1)).all()


def test_joint_missing_in_most_frames_does_not_cost_the_trial(tmp_path):
    values = frames()
    values[:200, 7 + NECK] = np.nan
    (trial,), issues = strip(tmp_path, [(("a",), values)])
    assert len(trial.frames) == 90
    assert [issue.problem for issue in issues] == ["joint_dropped"]


def test_leg_is_never_given_up_for_length(tmp_path):
    values = frames()
    values[:160, 7 + KNEE] = np.nan
    (trial,), issues = strip(tmp_path, [(("a",), values)])
    assert "knee_angle_r" not in trial.info["missing_joints"]
    assert len(trial.frames) == 42
    assert [issue.problem for issue in issues] == ["cut"]


def test_exactly_the_shortest_duration_is_accepted(tmp_path):
    trials, issues = strip(tmp_path, [(("second",), frames(100)), (("less",), frames(99))])
    assert [trial.info["trial_id"] for trial in trials] == ["second"]
    assert [(issue.trial_id, issue.problem) for issue in issues] == [("less", "too_short")]


def test_gap_in_a_zeroed_joint_does_not_matter(tmp_path):
    values = frames()
    values[100:, 7 + MTP] = np.nan
    (trial,), issues = strip(tmp_path, [(("a",), values)])
    assert len(trial.frames) == 90
    assert issues == []


def test_short_gap_is_filled_and_long_gap_cuts(tmp_path):
    short, long = frames(), frames(seed=1)
    short[100:120, 7 + KNEE] = np.nan
    long[80:180, 7 + KNEE] = np.nan
    trials, issues = strip(tmp_path, [(("short",), short), (("long",), long)])
    assert [len(trial.frames) for trial in trials] == [90, 36]
    assert {issue.trial_id: issue.problem for issue in issues} == {
        "short": "gap_filled",
        "long": "cut",
    }


def test_too_short_is_rejected_and_the_next_goes_on(tmp_path):
    trials, issues = strip(tmp_path, [(("brief",), frames(53)), (("good",), frames())])
    assert [trial.info["trial_id"] for trial in trials] == ["good"]
    assert (issues[0].severity, issues[0].problem) == ("rejected", "too_short")
    assert "0.53 s" in issues[0].detail


def index(tmp_path, trials):
    strip(tmp_path, trials)
    names = ("trials.parquet", "report.parquet", "report.tsv")
    outputs = [tmp_path / name for name in names]
    index_trials([tmp_path / "angles.parquet"], [tmp_path / "issues.parquet"], *outputs)
    return read_accepted(outputs[0]).set_index("trial_id"), read_issues(outputs[1])


def test_same_recording_twice_is_used_once_and_remembered(tmp_path):
    same = [(("b", "P2"), frames()), (("a", "P1"), frames()), (("c", "P3"), frames(seed=3))]
    trials, issues = index(tmp_path, same)
    assert list(trials.index) == ["a", "c"]
    assert list(trials.loc["a", "also_recorded_as"]) == ["P2"]
    assert [(issue.trial_id, issue.problem) for issue in issues] == [("b", "duplicate")]
    assert "a.mot" in issues[0].detail


def test_duplicates_are_found_whatever_the_pelvis_did(tmp_path):
    walking_elsewhere = frames()
    walking_elsewhere[:, 0] += 3.0
    trials, _ = index(tmp_path, [(("a",), frames()), (("b",), walking_elsewhere)])
    assert list(trials.index) == ["a"]


def test_nothing_accepted_says_why_by_itself(tmp_path):
    """Snakemake deletes what a failed job has written, the report too."""
    trials = [(("brief",), frames(20)), (("short",), frames(30))]
    with pytest.raises(
        InputError, match=r"no trial was accepted: 2 too_short, first brief\.mot: .*0\.20 s"
    ):
        index(tmp_path, trials)


@pytest.mark.parametrize("n_frames", [1, 2, 7, 16])
def test_a_recording_of_a_few_frames_is_stripped_or_rejected(tmp_path, n_frames):
    short = SETTINGS.model_copy(update={"min_duration_s": 0.001})
    trials, issues = strip(tmp_path, [(("a",), frames(n_frames))], short)
    assert len(trials) == (n_frames > 1)
    assert [issue.problem for issue in issues] == ["too_short"] * (n_frames == 1)
    assert all(np.isfinite(trial.frames).all() for trial in trials)


def test_a_gap_at_the_end_of_the_usable_part_is_closed_from_both_sides(tmp_path):
    values = frames(400)
    values[:, -34 + KNEE] = np.linspace(0, 1, 400)
    gapped = values.copy()
    gapped[190:210, -34 + KNEE] = np.nan
    gapped[200:300, -34 + NECK] = np.nan  # too long: the part ends inside the short gap
    (trial,), _ = strip(tmp_path, [(("a",), gapped)])
    wanted = np.linspace(0, 1, 400)[[int(100 * k / 30) for k in range(len(trial.frames))]]
    np.testing.assert_allclose(trial.frames[:, KNEE], wanted, atol=0.01)
