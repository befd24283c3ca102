"""Which way the knees bend: between maps that differ in nothing else, and within a recording."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.recordings.coordinate_maps import CoordinateMap
from biomechgpt.recordings.readers import MotionError, Note

KNEES = ("knee_angle_r", "knee_angle_l")
CLEAR_RATIO = 3.0  # larger over smaller excursion, from where the knee's sign is beyond doubt
STANDING_RAD = np.radians(15)  # a knee that stays nearer to straight may be bent either way
BACKWARD_RAD = np.radians(20)  # beyond what a knee hyperextends
MIRRORED_RAD = np.radians(20)  # from 10 degrees to -10 and more, within two frames
MIRRORED_SHARE = 0.25  # of the step: how far the middle of it may lie from 0


def choose_twin(
    twins: list[CoordinateMap], values_rad: Mapping[str, np.ndarray]
) -> tuple[CoordinateMap, list[Note]]:
    """The map, among those that fit equally well, under which the knees flex.

    OpenSim's Rajagopal and Hamner models have the same names and opposite knees. `values_rad`
    holds the angles (T,) under the first map. The larger excursion decides, with a note
    where it is not at least three times the smaller one or stays within that of standing.
    """
    if len({item.knee_flexion for item in twins}) == 1:
        return twins[0], []
    low_rad, high_rad = _excursion([values_rad[name] for name in KNEES])
    sign = twins[0].knee_flexion
    if high_rad > -low_rad:
        sign = "negative" if sign == "positive" else "positive"
    coordinate_map = next(item for item in twins if item.knee_flexion == sign)
    larger, smaller = max(high_rad, -low_rad), max(min(high_rad, -low_rad), 0.0)
    if larger >= max(CLEAR_RATIO * smaller, STANDING_RAD):
        return coordinate_map, []
    why = "the knees move about equally to both sides"
    if larger < STANDING_RAD:
        why = "the knees stay within 15 degrees of straight, and may be flexed or hyperextended"
    detail = (
        f"taken as {coordinate_map.name} (knee flexion {sign}), but {why}; if that is wrong, name the "
        "map in column coordinate_map of trials.tsv"
    )
    return coordinate_map, [Note("knee_sign_inferred", detail)]


def _excursion(columns: list[np.ndarray]) -> tuple[float, float]:
    """1st and 99th percentile of all columns together."""
    values = np.concatenate(columns)
    known = values[np.isfinite(values)]
    return tuple(np.percentile(known, [1, 99])) if len(known) else (0.0, 0.0)


def check_bending(joints: Mapping[str, np.ndarray]) -> None:
    """Refuse a knee (rad, flexion negative) that mostly bends backwards: another sign in the file.

    Raises:
        MotionError: `out_of_range`.
    """
    for name in KNEES:
        low_rad, high_rad = _excursion([joints[name]])
        if high_rad > max(BACKWARD_RAD, -low_rad):
            raise MotionError(
                "out_of_range",
                f"{name} would hyperextend by {np.degrees(high_rad):.0f} degrees and flex by "
                f"{max(np.degrees(-low_rad), 0):.0f}: the file's sign of the knee is not that of its "
                "map; name the one that is right in column coordinate_map of trials.tsv",
            )


def undo_flips(values_rad: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Undo jumps of a knee to its mirror image and back, as 2-D trackers make them.

    The sign that holds in more frames is taken as right; a frame on the way becomes missing.
    """
    mended, flipped = dict(values_rad), []
    for name in KNEES:
        knee_rad, n_frames = _without_flips(values_rad[name])
        if n_frames:
            mended[name] = knee_rad
            flipped.append(f"{name} in {n_frames} frames")
    detail = f"jumps to the mirrored value and back were turned back: {', '.join(flipped)}"
    return mended, [Note("knee_sign_flips", detail)] if flipped else []


def _without_flips(knee_rad: np.ndarray) -> tuple[np.ndarray, int]:
    """The knee (T,) with one sign throughout, and the number of frames that were changed."""
    at_once = _mirrored(knee_rad, 1)
    over_two = _mirrored(knee_rad, 2)
    over_two &= ~at_once  # (T,): the frame in the middle of each
    over_two[:-1] &= ~at_once[1:]
    sign = np.where(np.cumsum(at_once | over_two) % 2, -1.0, 1.0)
    sign *= 1.0 if np.median(sign) >= 0 else -1.0
    mended = np.where(over_two, np.nan, knee_rad * sign)
    return mended, int(((sign < 0) | over_two).sum())


def _mirrored(knee_rad: np.ndarray, lag: int) -> np.ndarray:
    """Frames (T,) bool reached by a jump to the mirrored value, or passed by one of two frames."""
    marks = np.zeros(len(knee_rad), bool)
    before, after = knee_rad[:-lag], knee_rad[lag:]
    step = np.abs(after - before)
    jumps = (step > MIRRORED_RAD) & (np.abs(after + before) < MIRRORED_SHARE * step)
    marks[1 : 1 + len(jumps)] = jumps
    return marks
