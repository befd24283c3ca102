"""The planted cohort holds each signal where it says, and nowhere else."""

import numpy as np
import pytest

from biomechgpt.cohort.tables import read_cohort, trial_labels
from biomechgpt.files import file_sha256
from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.simulation.planted_signals import plant_cohort
from biomechgpt.video.clip_files import listed_videos, read_clips

SETTINGS = SimulateSettings(
    content="planted signals",
    seed=1,
    participants=10,
    max_trials_per_participant=4,
    frame_rate_hz=30,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted") / "cohort"
    plant_cohort(folder, SETTINGS)
    return folder


def labels_and_clips(folder):
    cohort = read_cohort("planted", folder)
    videos = listed_videos([cohort], "features")
    clips, issues = read_clips(videos, {v.info["trial_id"]: None for v in videos})
    assert issues == []
    return trial_labels([cohort]).set_index("trial_id"), clips


def lit_by_features(clips):
    return {
        name: clip.values[len(clip.values) // 2, ::4].mean() > 0 for name, clip in clips.items()
    }


def test_features_tell_the_marker_and_the_third_answer_is_in_neither(folder):
    labels, clips = labels_and_clips(folder)
    seen = lit_by_features(clips)
    assert all(seen[name] == (row["marker"] == "yes") for name, row in labels.iterrows())
    differ = (labels["marker"] != labels["arms"]).map({True: "yes", False: "no"})
    assert (labels["differ"] == differ).all()
    for column in ("marker", "arms"):
        shares = labels.groupby(column)["differ"].agg(lambda cells: (cells == "yes").mean())
        assert shares.between(0.2, 0.8).all()


def test_the_arms_are_in_the_movement_alone(folder):
    labels, _ = labels_and_clips(folder)
    for _, row in labels.iterrows():
        text = (
            (folder / "motion" / f"{row.name}.mot").read_text().split("endheader\n")[1].splitlines()
        )
        place = text[0].split("\t").index("arm_flex_r")
        heights = np.array([float(line.split("\t")[place]) for line in text[1:]])
        assert (heights.mean() > 40) == (row["arms"] == "yes")


def test_shuffled_features_tell_nothing_of_their_own_trial(tmp_path):
    plant_cohort(tmp_path / "c", SETTINGS.model_copy(update={"content": "shuffled signals"}))
    labels, clips = labels_and_clips(tmp_path / "c")
    seen = lit_by_features(clips)
    right = np.mean([seen[name] == (row["marker"] == "yes") for name, row in labels.iterrows()])
    assert 0.2 < right < 0.8


def test_the_same_settings_write_the_same_bytes_and_say_that_they_are_simulated(folder, tmp_path):
    plant_cohort(tmp_path / "again", SETTINGS)
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            assert file_sha256(file) == file_sha256(tmp_path / "again" / file.relative_to(folder))
    assert "SIMULATED" in (folder / "README").read_text()
