"""The baselines on videos see the source or the features, and the source never the video's name."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.baselines.video_features import source_features, video_summaries
from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.video.clip_storage import Clip, write_clips
from biomechgpt.video.scaled_videos import CLIPS

SOURCE = FeatureSource(encoder="net", pooling="cls", fps=30, stride_frames=3, width=2)


def test_words_numbers_and_lengths_are_the_source(tmp_path):
    trials = pd.DataFrame(
        {"trial_id": ["b", "a"], "duration_s": [2.0, 3.0], "source_rate_hz": [30.0, 60.0]}
    )
    sources = pd.DataFrame(
        {
            "trial_id": ["a", "b", "rejected"], "cohort": ["x", "y", "x"],
            "camera_view": ["front", None, "side"], "box_x": [0.25, np.nan, 0.5],
            "video_id": ["v1", "v2", "v3"],
        }
    )  # fmt: skip
    trials.to_parquet(tmp_path / "trials.parquet")
    sources.to_parquet(tmp_path / "sources.parquet")
    seen = source_features(tmp_path / "trials.parquet", tmp_path / "sources.parquet")
    assert seen.trial_ids.tolist() == ["b", "a"]
    # cohort x, y; view front, not known, (side is of no accepted trial); box; duration; rate
    assert seen.values[1].tolist() == pytest.approx([1, 0, 1, 0, 0.25, 3, 60])
    assert np.isnan(seen.values[0]).tolist() == [False] * 4 + [True, False, False]


def test_a_probe_sees_mean_spread_and_rhythm_of_the_features(tmp_path):
    steps = np.arange(64)
    slow, fast = np.sin(steps / 10), np.sin(steps * 2.5)
    values = {"still": slow * 0 + 1, "slow": slow, "fast": fast}
    clips = {
        name: Clip(np.stack([series, slow], 1).astype(np.float32), steps.astype(np.float32), SOURCE)
        for name, series in values.items()
    }
    (tmp_path / "v").mkdir()
    write_clips(tmp_path / "v" / CLIPS, clips)
    seen = video_summaries(tmp_path / "v", ["still", "slow", "fast"])
    table = pd.DataFrame(seen.values, index=seen.trial_ids)
    assert table.shape == (3, 20)
    assert table.loc["still", 0] > table.loc["fast", 0]
    assert table.loc["fast", 2] > table.loc["still", 2]
    assert table[[4, 18]].idxmax().tolist()[0] == "slow"  # the slowest band of the first feature
    assert (table[[1, 3]] == 0).all(axis=None)  # the second feature is the same everywhere
