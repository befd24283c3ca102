"""Joint centres in metres with y up, whatever axes and unit a file has."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.recordings.overrides import LENGTH_UNITS, UP_AXES
from biomechgpt.recordings.readers import MotionError, Note

INFERRED_UNITS = ("m", "cm", "mm")  # an inch would make a child's legs in cm an adult's
LEG_M = (0.25, 1.5)  # thigh and shank together, from a small child's to more than any adult's
BODY_RADIUS_M = 6.0  # beyond, from the middle of the body, nothing is part of it
FEWEST_POINTS = 3  # fewer in a frame give no angle, and have no middle
UP_CLEAR = 0.8  # cosine between the body and an axis, from where that axis is up
ABSURD = 1e7  # in any unit; larger numbers are faults, and their squares would overflow
FLAT_M = 1e-3  # whoever moves less than this along an axis was recorded in a plane


def mask_absurd(
    landmarks: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Turn numbers that are no position, and points in the origin, into gaps.

    Trackers write zeros for a point that they do not see; a point that always lies there is the
    origin of its skeleton.
    """
    masked, n_absurd, n_zero = {}, 0, 0
    for name, positions in landmarks.items():
        absurd = (np.abs(positions) > ABSURD).any(axis=1)
        in_origin = (positions == 0).all(axis=1)
        in_origin &= not in_origin.all()
        n_absurd, n_zero = n_absurd + absurd.sum(), n_zero + in_origin.sum()
        whole = np.isfinite(positions).all(axis=1) & ~absurd & ~in_origin
        masked[name] = np.where(whole[:, None], positions, np.nan)
    notes = []
    if n_absurd:
        detail = f"{n_absurd} positions beyond {ABSURD:g} in any unit were taken as missing"
        notes.append(Note("absurd_numbers", detail))
    if n_zero:
        detail = f"{n_zero} positions are exactly 0, 0, 0, as of points not seen: taken as missing"
        notes.append(Note("zero_points", detail))
    return masked, notes


def to_metres(
    landmarks: Mapping[str, np.ndarray], stated: str | None, usual_m: float | None = None
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Positions in metres: by the stated unit, else the layout's usual one, else by the legs' length.

    Raises:
        MotionError: `length_unit_unknown` where no unit gives a person's legs, `out_of_range`
            where the stated one does not, `image_coordinates` where the points lie in an image.
    """
    leg = _leg_length(landmarks)
    if stated is not None and not _is_leg(leg * LENGTH_UNITS[stated]):
        raise MotionError(
            "out_of_range",
            f"thigh and shank are {leg:.3g} {stated} long; check length_unit in trials.tsv",
        )
    if stated is not None:
        factor, notes = LENGTH_UNITS[stated], []
    elif usual_m is not None and _is_leg(leg * usual_m):
        factor, notes = usual_m, []
    else:
        factor, notes = _inferred_unit(leg)
    scaled = {name: positions * factor for name, positions in landmarks.items()}
    _refuse_images(scaled)
    return scaled, notes


def _inferred_unit(leg: float) -> tuple[float, list[Note]]:
    """The unit in m that makes legs of this length a person's, and a note that says which."""
    unit = next((unit for unit in INFERRED_UNITS if _is_leg(leg * LENGTH_UNITS[unit])), None)
    if unit is None:
        raise MotionError(
            "length_unit_unknown",
            f"thigh and shank are {leg:.3g} long, which is no person's leg in mm, cm or m; image "
            "coordinates cannot be used, else set length_unit in trials.tsv or write a skeleton map",
        )
    detail = f"taken as {unit}: thigh and shank are {leg:.3g} long"
    return LENGTH_UNITS[unit], [Note("length_unit_inferred", detail)]


def _leg_length(landmarks: Mapping[str, np.ndarray]) -> float:
    """Median length of thigh and shank together, mean of both legs, in the file's unit."""
    lengths = [
        np.linalg.norm(landmarks[f"{end}_{side}"] - landmarks[f"{start}_{side}"], axis=1)
        for side in "rl"
        for start, end in (("hip", "knee"), ("knee", "ankle"))
    ]
    if any(np.isnan(length).all() for length in lengths):
        raise MotionError("too_few_joints", "hip, knee or ankle are missing in every frame")
    return float(sum(np.nanmedian(length) for length in lengths) / 2)


def _is_leg(length_m: float) -> bool:
    return LEG_M[0] <= length_m <= LEG_M[1]


def _refuse_images(landmarks_m: Mapping[str, np.ndarray]) -> None:
    everything = np.concatenate(list(landmarks_m.values()))
    least, most = np.nanpercentile(everything, [1, 99], axis=0)
    if (most - least < FLAT_M).any():
        raise MotionError(
            "image_coordinates",
            "all points lie in one plane; joint angles need points in three dimensions",
        )
    in_image = (least >= 0) & (most <= 1)
    if in_image[0] and in_image[1] and least[2] < 0:
        raise MotionError(
            "image_coordinates",
            "x and y run from 0 to 1 as in an image; export world coordinates "
            "(MediaPipe: pose_world_landmarks)",
        )


def drop_far(
    landmarks_m: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Turn points further than 6 m from the body into gaps.

    The median of all points stands for the body, since the pelvis may itself be wrong.
    """
    names = list(landmarks_m)
    positions = np.stack([landmarks_m[name] for name in names], axis=1)  # (T, K, 3)
    known = np.isfinite(positions[:, :, 0])
    far = np.linalg.norm(positions - _median_point(positions), axis=2) > BODY_RADIUS_M
    far |= known & (known.sum(axis=1, keepdims=True) < FEWEST_POINTS)
    positions[far] = np.nan
    detail = (
        f"{far.sum()} points in {far.any(axis=1).sum()} frames lie further than "
        f"{BODY_RADIUS_M:g} m from the body, or alone, and were taken as missing"
    )
    kept = {name: positions[:, index] for index, name in enumerate(names)}
    return kept, [Note("far_points", detail)] if far.any() else []


def _median_point(positions: np.ndarray) -> np.ndarray:
    """The middle (T, 1, 3) of the known points of each frame; nanmedian would take ten times longer."""
    ordered = np.sort(positions, axis=1)  # NaN last
    n_known = np.isfinite(positions[:, :, :1]).sum(axis=1, keepdims=True)
    return np.take_along_axis(ordered, np.maximum(n_known - 1, 0) // 2, axis=1)


def to_y_up(
    landmarks_m: Mapping[str, np.ndarray], stated: str | None, left_handed: bool
) -> dict[str, np.ndarray]:
    """Positions with y up and right-handed axes: by the stated axis, else by the body's own.

    Raises:
        MotionError: `up_axis_unknown` where the body lies along no axis.
    """
    axis = stated or _up_axis(landmarks_m)
    index, sign = "xyz".index(axis[-1]), -1.0 if axis.startswith("-") else 1.0
    order = [(index - 1) % 3, index, (index + 1) % 3]  # y in the middle, still right-handed
    signs = np.array([1.0, sign, sign * (-1.0 if left_handed else 1.0)])
    return {name: positions[:, order] * signs for name, positions in landmarks_m.items()}


def _up_axis(landmarks_m: Mapping[str, np.ndarray]) -> str:
    """The axis nearest to the line from the ankles to the shoulders or, without, to the hips."""
    top = "shoulder" if {"shoulder_r", "shoulder_l"} <= landmarks_m.keys() else "hip"
    upwards = sum(
        np.nanmean(landmarks_m[f"{top}_{side}"] - landmarks_m[f"ankle_{side}"], axis=0)
        for side in "rl"
    )
    cosines = upwards / np.linalg.norm(upwards)
    index = int(np.argmax(np.abs(cosines)))
    if not abs(cosines[index]) >= UP_CLEAR:
        raise MotionError(
            "up_axis_unknown",
            "the line from feet to shoulders is along none of the axes; set up_axis in trials.tsv "
            f"to one of {', '.join(UP_AXES)}",
        )
    return ("-" if cosines[index] < 0 else "") + "xyz"[index]
