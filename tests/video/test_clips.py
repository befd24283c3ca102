"""A file of features is read with its sidecar, or refused in words that say what to do."""

import json

import numpy as np
import pandas as pd
import pytest

from biomechgpt.video.clips import read_clip
from biomechgpt.video.feature_sidecars import VideoError
from tests.helpers.video_files import SIDECAR, noise, write_features


def refusal(path, duration_s=None, folder=None):
    with pytest.raises(VideoError) as caught:
        read_clip(path, folder or path.parent, duration_s)
    return caught.value.problem, caught.value.detail


def test_each_row_has_the_time_of_the_middle_of_what_it_sees(tmp_path):
    path = write_features(
        tmp_path / "a.npy", noise(5), fps=25, stride_frames=8, frames_per_step=16, first_frame=4
    )
    clip = read_clip(path, tmp_path, None)
    assert clip.times_s == pytest.approx((4 + 8 * np.arange(5) + 7.5) / 25)
    assert (clip.source.encoder, clip.source.width) == ("lab/net", 6)


def test_npz_and_parquet_hold_the_same_numbers(tmp_path):
    values = noise(9)
    write_features(tmp_path / "a.npy", values)
    np.savez(tmp_path / "b.npz", features=values)
    pd.DataFrame(values, columns=list("uvwxyz")).to_parquet(tmp_path / "c.parquet")
    pd.DataFrame({"features": list(values)}).to_parquet(tmp_path / "d.parquet")
    for name in "bcd":
        (tmp_path / f"{name}.json").write_text((tmp_path / "a.json").read_text())
    for name in ("b.npz", "c.parquet", "d.parquet"):
        assert np.array_equal(read_clip(tmp_path / name, tmp_path, None).values, values)


def test_what_the_files_of_a_folder_have_in_common_stands_once(tmp_path):
    path = write_features(tmp_path / "walks/a.npy", noise(9), fps=None, revision="2")
    (tmp_path / "video_features.yaml").write_text("fps: 50\nrevision: '1'\nencoder: other\n")
    source = read_clip(path, tmp_path, None).source
    assert (source.fps, source.revision, source.encoder) == (50, "2", "lab/net")


@pytest.mark.parametrize("key", ["fps", "stride_frames"])
def test_features_without_a_time_base_are_refused(tmp_path, key):
    problem, detail = refusal(write_features(tmp_path / "a.npy", noise(9), **{key: None}))
    assert problem == "no_time_base"
    assert "fps or stride_frames" in detail


def test_features_without_a_sidecar_or_with_a_wrong_one_are_refused(tmp_path):
    path = write_features(tmp_path / "a.npy", noise(9), pooling="max")
    problem, detail = refusal(path)
    assert (problem, "pooling" in detail) == ("bad_sidecar", True)
    path.with_suffix(".json").write_text(json.dumps(SIDECAR | {"strid": 3}))
    assert "strid" in refusal(path)[1]
    path.with_suffix(".json").unlink()
    assert refusal(path)[0] == "no_sidecar"


def test_a_wrong_number_of_rows_names_the_expected_one_and_the_stride_that_would_fit(tmp_path):
    """10 s at 30 pictures a second are 100 rows of every third; 19 are windows of 16."""
    problem, detail = refusal(write_features(tmp_path / "a.npy", noise(19)), duration_s=10.0)
    assert problem == "length_mismatch"
    assert "19 rows, but 100 are expected" in detail
    assert "is stride_frames 16?" in detail
    problem, detail = refusal(write_features(tmp_path / "b.npy", noise(1000)), duration_s=10.0)
    assert "ten crops" in detail
    assert (
        len(read_clip(write_features(tmp_path / "c.npy", noise(93)), tmp_path, 10.0).values) == 93
    )


@pytest.mark.parametrize("shape", [(12, 10, 6), (10, 12, 6)])
def test_ten_crops_are_refused_since_half_of_them_are_mirrored(tmp_path, shape):
    values = noise(120).reshape(shape)
    assert refusal(write_features(tmp_path / "a.npy", values))[0] == "ten_crops"


def test_ten_files_of_a_video_are_ten_crops(tmp_path):
    paths = [write_features(tmp_path / f"walk__{i}.npy", noise(9, seed=i)) for i in range(10)]
    assert refusal(paths[3])[0] == "ten_crops"
    paths[9].unlink()
    assert len(read_clip(paths[3], tmp_path, None).values) == 9


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (noise(3), "too_few_steps"),
        (np.ones((9, 6), np.float32), "constant"),
        (np.where(np.arange(54).reshape(9, 6) == 7, np.nan, 1.0), "not_finite"),
        (noise(9 * 14).reshape(9, 14, 6), "not_rows"),
        (np.array([["a"] * 6] * 9), "unreadable"),
    ],
)
def test_numbers_that_are_no_features_are_refused(tmp_path, values, problem):
    assert refusal(write_features(tmp_path / "a.npy", values))[0] == problem


def test_pickled_and_damaged_files_are_refused(tmp_path):
    path = write_features(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object))
    assert refusal(path)[0] == "unreadable"
    path.write_bytes(b"\x93NUMPY" + bytes(20))
    assert refusal(path)[0] == "unreadable"
    path.unlink()
    assert refusal(path)[0] == "no_file"
