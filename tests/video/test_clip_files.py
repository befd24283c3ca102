"""The videos of a cohort: paths, copies, kinds of features, and groups that stay together."""

import numpy as np
import pytest

from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.errors import InputError
from biomechgpt.video.clip_files import listed_videos, read_clips, videos_digest
from biomechgpt.video.clip_storage import Clip, common_source, read_written_clips, write_clips
from biomechgpt.video.groups import group_faults
from biomechgpt.video.scale_stage import fit_scaling
from biomechgpt.video.scaled_videos import StoredVideos, load_videos, save_videos
from tests.helpers.video_files import noise, write_cohort, write_features


def row(number, person, **cells):
    own = {"trial_id": f"t{number}", "participant_id": person, "file": f"m{number}.mot"}
    return own | {"video_features": f"v{number}.npy"} | cells


@pytest.fixture
def cohort(tmp_path):
    """Three trials of two people, each with features, and one without."""
    rows = [row(0, "A"), row(1, "A"), row(2, "B"), row(3, "B", video_features=None)]
    folder = write_cohort(tmp_path / "c", rows)
    for number in range(3):
        write_features(folder / f"v{number}.npy", noise(30, seed=number))
    return folder


def read(folder):
    return read_cohorts([{"name": "c", "path": str(folder)}])


def clips_of(folder):
    videos = listed_videos(read(folder), "features")
    return read_clips(videos, {f"t{n}": 3.0 for n in range(4)})


def test_clips_survive_being_written_and_trials_may_lack_one(cohort, tmp_path):
    clips, issues = clips_of(cohort)
    assert sorted(clips) == ["t0", "t1", "t2"]
    assert issues == []
    write_clips(tmp_path / "clips.parquet", clips)
    again = read_written_clips(tmp_path / "clips.parquet")
    for name, clip in clips.items():
        assert np.array_equal(again[name].values, clip.values)
        assert np.array_equal(again[name].times_s, clip.times_s)
        assert again[name].source == clip.source


def test_equal_features_of_two_people_are_left_out_on_both_sides_and_named(cohort):
    write_features(cohort / "v2.npy", noise(30, seed=0))
    clips, issues = clips_of(cohort)
    assert sorted(clips) == ["t1"]
    assert {issue.problem for issue in issues} == {"duplicate_features"}
    assert {issue.trial_id for issue in issues} == {"t0", "t2"}
    assert "v2.npy" in next(issue.detail for issue in issues if issue.trial_id == "t0")


def test_equal_features_within_a_person_stay(cohort):
    write_features(cohort / "v1.npy", noise(30, seed=0))
    assert len(clips_of(cohort)[0]) == 3


def test_features_of_two_encoders_are_no_cohort(cohort):
    write_features(cohort / "v2.npy", noise(30, seed=2), revision="2")
    clips, _ = clips_of(cohort)
    with pytest.raises(
        InputError, match="trial t2 are of another kind than most: revision 2, not 1"
    ):
        common_source(clips)


def test_another_frame_rate_is_no_other_kind(cohort):
    write_features(cohort / "v2.npy", noise(30, seed=2), fps=60, stride_frames=6)
    assert common_source(clips_of(cohort)[0]).encoder == "lab/net"


def test_a_path_out_of_the_folder_is_an_error_with_its_line(cohort, tmp_path):
    write_cohort(cohort, [row(0, "A", video_features="../secret.npy")])
    with pytest.raises(InputError, match=r"line 2, column 'video_features': '../secret\.npy'"):
        listed_videos(read(cohort), "features")


def test_a_changed_file_changes_the_digest(cohort):
    before = videos_digest(read(cohort), "features")
    assert videos_digest(read(cohort), "features") == before
    write_features(cohort / "v0.npy", noise(31))
    assert videos_digest(read(cohort), "features") != before


def faults(folder, group):
    return list(group_faults(read(folder), group))


def test_a_video_whose_people_may_be_parted_is_a_fault(cohort):
    rows = [row(0, "A", video_id="x"), row(1, "A", video_id="y"), row(2, "B", video_id="x")]
    write_cohort(cohort, rows)
    (sentence,) = faults(cohort, "video")
    assert "video_id x stands at 2 groups of people" in sentence
    people = [{"participant_id": name, "split_group": "family"} for name in "AB"]
    write_cohort(cohort, rows, people)
    assert faults(cohort, "video") == []


def test_groups_by_video_need_to_know_the_video(cohort):
    assert "no trials.tsv has a column video_id" in faults(cohort, "video")[0]
    assert faults(cohort, "person") == []
    write_cohort(cohort, [row(0, "A", video_id="x"), row(2, "B", video_id=None)])
    assert "first t2" in faults(cohort, "video")[0]


def test_scaling_makes_components_of_mean_square_one_and_survives_being_saved(cohort, tmp_path):
    clips, _ = clips_of(cohort)
    stored = StoredVideos(fit_scaling(clips.values(), 4), common_source(clips))
    scaled = np.concatenate([stored.scaled(clip, "t").values for clip in clips.values()])
    assert scaled.shape == (90, 4)
    assert np.square(scaled).mean() == pytest.approx(1, abs=1e-3)
    assert scaled.mean(axis=0) == pytest.approx(0, abs=1e-5)
    save_videos(tmp_path / "v", stored)
    loaded = load_videos(tmp_path / "v")
    assert np.array_equal(
        loaded.scaled(clips["t0"], "t").values, stored.scaled(clips["t0"], "t").values
    )


def test_a_constant_feature_becomes_nothing_whatever_it_is_later(cohort):
    clips, _ = clips_of(cohort)
    still = {n: c._replace(values=c.values * [1, 1, 1, 1, 1, 0]) for n, c in clips.items()}
    scaling = fit_scaling(still.values(), 6)
    changed = still["t0"].values.copy()
    changed[:, 5] = 100
    assert np.allclose(scaling.scaled(changed), scaling.scaled(still["t0"].values), atol=1e-4)


def test_features_of_another_encoder_are_refused_by_name(cohort):
    clips, _ = clips_of(cohort)
    stored = StoredVideos(fit_scaling(clips.values(), 4), common_source(clips))
    other = clips["t0"].source.model_copy(update={"encoder": "lab/other", "width": 8})
    with pytest.raises(InputError, match=r"T7: .* encoder lab/other, not lab/net; width 8, not 6"):
        stored.scaled(Clip(noise(30, 8), clips["t0"].times_s, other), "T7")
