"""Keypoints of several programs become the same steps, whatever the size and the place in the picture."""

import json

import numpy as np
import pandas as pd
import pytest

from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.video.feature_sidecars import VideoError
from biomechgpt.video.keypoints import read_keypoints

SOURCE = FeatureSource(encoder="detector", pooling="none", fps=30, stride_frames=1)


@pytest.fixture
def coco():
    """A body of 17 points that sways, in pixels, its trunk 100 long: (20, 17, 3)."""
    random = np.random.default_rng(0)
    points = np.ones((20, 17, 3))
    points[..., :2] = random.uniform(200, 400, (17, 2)) + random.normal(0, 1, (20, 1, 2))
    points[:, [11, 12], :2] = [[290, 400], [310, 400]]
    points[:, [5, 6], :2] = [[290, 300], [310, 300]]
    return points


def steps(path, **source):
    return read_keypoints(path, SOURCE.model_copy(update=source)).reshape(20, 17, 3)


def saved(path, points):
    np.save(path, points)
    return path


def test_size_and_place_in_the_picture_do_not_matter(tmp_path, coco):
    read = steps(saved(tmp_path / "a.npy", coco))
    assert read[:, [11, 12], :2].mean(axis=1) == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(read[0, 5, :2] - read[0, 11, :2]) == pytest.approx(1, abs=1e-5)
    moved = coco * [3, 3, 1] + [70, -20, 0]
    assert steps(saved(tmp_path / "b.npy", moved)) == pytest.approx(read, abs=1e-5)


def test_shares_of_a_picture_need_to_know_its_shape(tmp_path, coco):
    shares = coco / [1280, 720, 1]
    path = saved(tmp_path / "a.npy", shares)
    with pytest.raises(VideoError, match="no_aspect"):
        steps(path)
    assert steps(path, aspect=1280 / 720) == pytest.approx(
        steps(saved(tmp_path / "b.npy", coco)), abs=1e-5
    )


def test_a_folder_of_openpose_and_a_table_hold_the_same(tmp_path, coco):
    folder = tmp_path / "walk"
    folder.mkdir()
    for number, frame in enumerate(coco):
        person = {"pose_keypoints_2d": frame.ravel().tolist()}
        (folder / f"walk_{number:012}_keypoints.json").write_text(json.dumps({"people": [person]}))
    columns = {f"P{p}_{axis}": coco[:, p, i] for p in range(17) for i, axis in enumerate("xy")}
    pd.DataFrame(columns).to_csv(tmp_path / "walk.csv")
    expected = steps(saved(tmp_path / "a.npy", coco))
    assert steps(folder) == pytest.approx(expected, abs=1e-5)
    assert steps(tmp_path / "walk.csv") == pytest.approx(expected, abs=1e-5)
    (folder / "walk_000000000007_keypoints.json").write_text(
        json.dumps({"people": [person, person]})
    )
    with pytest.raises(VideoError, match="several_people: walk_000000000007"):
        steps(folder)


def test_short_gaps_are_closed_and_long_ones_have_no_confidence(tmp_path, coco):
    coco[4:6, 0] = 0  # the nose
    coco[2:20, 1] = np.nan
    read = steps(saved(tmp_path / "a.npy", coco))
    assert np.isfinite(read).all()
    between = read[3, 0, :2] + (read[6, 0, :2] - read[3, 0, :2]) / 3
    assert read[4, 0, :2] == pytest.approx(between, abs=0.02)
    assert (read[2:, 1] == 0).all()


def test_what_is_no_body_is_refused(tmp_path, coco):
    with pytest.raises(VideoError, match="unknown_layout: 14 points"):
        read_keypoints(saved(tmp_path / "a.npy", coco[:, :14]), SOURCE)
    coco[:15, 11] = 0
    with pytest.raises(VideoError, match="hips_not_seen"):
        steps(saved(tmp_path / "b.npy", coco))
