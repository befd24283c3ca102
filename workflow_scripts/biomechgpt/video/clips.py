"""The video of one trial as steps in time, and what is wrong with it."""

from pathlib import Path

import numpy as np

from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.settings.video_section import VideoView
from biomechgpt.video.clip_storage import Clip
from biomechgpt.video.feature_arrays import CROPS, read_rows
from biomechgpt.video.feature_sidecars import VideoError, read_source
from biomechgpt.video.keypoints import read_keypoints

FEWEST_STEPS = 4
LENGTH_TOLERANCE = 0.1  # of the trial, beside one step
LIKELY_STRIDES = (2, 4, 8, 16, 32, 64)  # pictures: tubelets, windows of 16, strides of 8 and more


def read_clip(
    path: Path, cohort_folder: Path, duration_s: float | None, view: VideoView = "features"
) -> Clip:
    """Read features or keypoints beside their sidecar and check them against the trial.

    Without `duration_s` nothing is known of the trial's length.

    Raises:
        VideoError: The file cannot be used; docs/video.md lists why.
    """
    source = read_source(path, cohort_folder)
    is_keypoints = view == "keypoints"
    values = read_keypoints(path, source) if is_keypoints else read_rows(path, source)
    source = source.model_copy(update={"width": values.shape[1]})
    check_steps(values, source, duration_s)
    return Clip(values, step_times(len(values), source), source)


def step_times(n_steps: int, source: FeatureSource) -> np.ndarray:
    """When each step is (S,), in s from the start of the video."""
    frames = source.first_frame + np.arange(n_steps) * source.stride_frames
    return ((frames + (source.frames_per_step - 1) / 2) / source.fps).astype(np.float32)


def expected_steps(duration_s: float, source: FeatureSource) -> int:
    """How many rows the features of a video of `duration_s` have."""
    n_frames = round(duration_s * source.fps) - source.first_frame
    return max(0, (n_frames - source.frames_per_step) // source.stride_frames + 1)


def check_steps(values: np.ndarray, source: FeatureSource, duration_s: float | None) -> None:
    """Check the numbers (S, W) themselves, and their count against the trial.

    Raises:
        VideoError: `too_few_steps`, `not_finite`, `constant` or `length_mismatch`.
    """
    if len(values) < FEWEST_STEPS:
        raise VideoError("too_few_steps", f"{len(values)} rows; {FEWEST_STEPS} at least")
    if not np.isfinite(values).all():
        n_wrong = int((~np.isfinite(values)).any(axis=1).sum())
        raise VideoError(
            "not_finite", f"{n_wrong} of {len(values)} rows hold no numbers; encode again"
        )
    if np.ptp(values, axis=0).max() == 0:
        raise VideoError("constant", "all rows are equal: the video stood still or was not read")
    if duration_s is None:
        return
    expected = expected_steps(duration_s, source)
    if abs(len(values) - expected) > LENGTH_TOLERANCE * expected + 1:
        raise VideoError("length_mismatch", _why_not(len(values), duration_s, source))


def _why_not(n_steps: int, duration_s: float, source: FeatureSource) -> str:
    """How many rows were expected, and what the number at hand looks like."""
    expected = expected_steps(duration_s, source)
    text = (
        f"{n_steps} rows, but {expected} are expected of a trial of {duration_s:.2f} s at {source.fps:g} "
        f"pictures a second and a row every {source.stride_frames}"
    )
    strides = [stride for stride in (1, *LIKELY_STRIDES) if stride != source.stride_frames]
    for stride in strides:
        fitting = expected_steps(duration_s, source.model_copy(update={"stride_frames": stride}))
        if abs(n_steps - fitting) <= max(1, 0.02 * fitting):
            return f"{text}; a row every {stride} would fit: is stride_frames {stride}?"
    if abs(n_steps - CROPS * expected) <= CROPS:
        return f"{text}; ten times as many are ten crops, of which the centre one is needed"
    return f"{text}; check fps, stride_frames and that video and recording show the same stretch"
