"""From the columns of a source to the 41 coordinates: units, time, pelvis, jumps and ends."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES, JOINTS, PELVIS_POSITION
from biomechgpt.cohort.coordinate_maps import PELVIS_ANGLES, CoordinateMap
from biomechgpt.cohort.readers import MotionError, Note, RawMotion
from biomechgpt.cohort.tables import RATES_HZ

DEGREES_ABOVE = 6.5  # the largest joint angle in radians stays below one turn, 6.28
LEG_JOINTS = tuple(
    name
    for name in JOINT_NAMES
    if name.split("_")[0] in ("hip", "knee", "ankle", "subtalar", "mtp")
)
CENTRES_RAD = {joint.name: (joint.low_rad + joint.high_rad) / 2 for joint in JOINTS}
SPIKE_RAD = 4 * np.pi
SPIKE_SHARE = 0.05  # of the frames
TIME_TOLERANCE = 0.05  # of the usual time step
TIME_ROUNDING_S = 0.00105  # programs that write milliseconds alternate, e.g. 16 and 17 ms
FLOAT32_LIMIT = float(np.finfo(np.float32).max)
RATE_TOLERANCE = 0.1  # between an assumed rate and the one that stored velocities imply


class Unit(NamedTuple):
    """The unit of a file's rotations, and how doubtful it is."""

    name: str  # deg | rad
    notes: list[Note]


def decide_unit(
    mapped: Mapping[str, np.ndarray], stated: str | None, override: str | None, when_unstated: str
) -> Unit:
    """The unit of the rotations: the table's word, the file's word, or the largest joint angle.

    Raises:
        MotionError: `unit_unknown` where the file is silent and `when_unstated` is `refuse`.
    """
    largest = max(
        float(np.nanmax(np.abs(mapped[n]), initial=0)) for n in mapped if n in JOINT_NAMES
    )
    if override is not None:
        return Unit(override, [])
    if stated is not None:
        doubtful = stated == "deg" and largest < DEGREES_ABOVE
        detail = f"said to be degrees, yet no joint angle exceeds {largest:.2f}: radians?"
        return Unit(stated, [Note("unit_doubtful", detail)] if doubtful else [])
    if when_unstated == "refuse":
        raise MotionError(
            "unit_unknown",
            "the file does not say whether it is in degrees; set angle_unit in trials.tsv, or "
            "ingest.angle_unit_when_unstated: infer",
        )
    unit = "deg" if largest > DEGREES_ABOVE else "rad"
    return Unit(
        unit, [Note("unit_inferred", f"taken as {unit}: largest joint angle {largest:.2f}")]
    )


def to_radians(
    mapped: Mapping[str, np.ndarray], unit: str, coordinate_map: CoordinateMap
) -> dict[str, np.ndarray]:
    """Convert rotations to radians and add the map's offsets; positions stay in metres."""
    factor = np.pi / 180 if unit == "deg" else 1.0
    converted = {}
    for name, values in mapped.items():
        offset_rad = np.radians(coordinate_map.rules[name].offset_deg)
        converted[name] = values if name in PELVIS_POSITION else values * factor + offset_rad
    return converted


def decide_time(
    raw: RawMotion, n_frames: int, override_hz: float | None, map_hz: float | None
) -> tuple[np.ndarray, list[Note]]:
    """Times of the frames (T,): from the table's rate, the file's times or rate, the map's rate.

    Raises:
        MotionError: `no_frame_rate`.
    """
    if override_hz is not None:
        return np.arange(n_frames) / override_hz, []
    if raw.time_s is not None:
        return raw.time_s, []
    rate_hz = raw.frame_rate_hz or map_hz
    if rate_hz is None:
        raise MotionError(
            "no_frame_rate", "the file carries no time; set frame_rate_hz in trials.tsv"
        )
    implied_hz = raw.implied_rate_hz
    if implied_hz is not None and abs(implied_hz / rate_hz - 1) > RATE_TOLERANCE:
        raise MotionError(
            "no_frame_rate",
            f"its velocities fit {implied_hz:.0f} frames a second and not {rate_hz:g}; set "
            "frame_rate_hz in trials.tsv",
        )
    detail = f"the file carries no time; {rate_hz:g} Hz, the rate of its source, was taken"
    notes = [] if raw.frame_rate_hz else [Note("rate_assumed", detail)]
    return np.arange(n_frames) / rate_hz, notes


def usable_rows(time_s: np.ndarray) -> tuple[np.ndarray, list[Note]]:
    """Which rows to keep (T,) bool: rows that repeat a time are dropped, the first one stays.

    Raises:
        MotionError: `time_decreasing`, `unreadable` or `one_row`.
    """
    if not np.isfinite(time_s).all():
        row = int(np.argmin(np.isfinite(time_s))) + 1
        raise MotionError("unreadable", f"row {row} has no time")
    steps_s = np.diff(time_s)
    if (steps_s < 0).any():
        row = int(np.argmax(steps_s < 0)) + 2
        raise MotionError(
            "time_decreasing",
            f"time goes back at row {row}; split the file there or export it again",
        )
    keep = np.concatenate([[True], steps_s > 0])
    if keep.sum() < 2:
        raise MotionError("one_row", "all rows bear the same time")
    n_repeated = int((~keep).sum())
    detail = f"{n_repeated} rows repeat the time of the row before and were dropped"
    return keep, [Note("repeated_time", detail)] if n_repeated else []


def frame_rate_of(time_s: np.ndarray) -> tuple[float, list[Note]]:
    """Frames a second of strictly increasing times (T,), and a note where steps are uneven.

    The mean over ordinary steps is taken: steps rounded to milliseconds average out.

    Raises:
        MotionError: `no_frame_rate` where the times are in no unit of a movement.
    """
    steps_s = np.diff(time_s)
    usual_s = float(np.median(steps_s))
    ordinary = steps_s[(steps_s > 0.5 * usual_s) & (steps_s < 1.5 * usual_s)]
    tolerance_s = max(TIME_TOLERANCE * usual_s, TIME_ROUNDING_S * _in_milliseconds(time_s))
    n_uneven = int((np.abs(steps_s - ordinary.mean()) > tolerance_s).sum())
    detail = f"{n_uneven} of {len(steps_s)} time steps differ from {usual_s:.4g} s by over 5 %"
    low_hz, high_hz = RATES_HZ
    if not 1 / high_hz <= ordinary.mean() <= 1 / low_hz:
        raise MotionError(
            "no_frame_rate",
            f"its usual time step is {usual_s:.4g} s, but a movement has {low_hz:g} to "
            f"{high_hz:g} frames a second; bring the times to seconds or set frame_rate_hz in "
            "trials.tsv",
        )
    return 1 / float(ordinary.mean()), [Note("uneven_time", detail)] if n_uneven else []


def _in_milliseconds(time_s: np.ndarray) -> bool:
    return bool(np.abs(time_s * 1000 - np.round(time_s * 1000)).max() < 1e-3)


def drop_spikes(values: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Take values beyond all numbers of 32 bits, and single angles beyond two turns (-9999 and the
    like), as missing.

    A column in which they are many stays as it is: its unit is wrong, and the range check says so.
    """
    cleaned, spiky = {}, []
    for name, column in values.items():
        endless = np.abs(column) > FLOAT32_LIMIT
        wild = endless.copy()
        if name not in PELVIS_POSITION:
            wild |= np.abs(column) > SPIKE_RAD
        if 0 < wild.sum() <= SPIKE_SHARE * len(column) or endless.any():
            column = np.where(wild, np.nan, column)
            spiky.append(f"{name} ({wild.sum()})")
        cleaned[name] = column
    detail = f"values that are no angles were taken as missing: {', '.join(spiky)}"
    return cleaned, [Note("spikes", detail)] if spiky else []


def mark_time_gaps(
    time_s: np.ndarray, values: dict[str, np.ndarray]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Put a row without values into each pause of more than three steps, so that it is a gap."""
    steps_s = np.diff(time_s)
    after = np.flatnonzero(steps_s > 3 * np.median(steps_s)) + 1
    if not len(after):
        return time_s, values
    middle_s = (time_s[after - 1] + time_s[after]) / 2
    opened = {name: np.insert(column, after, np.nan) for name, column in values.items()}
    return np.insert(time_s, after, middle_s), opened


def unwrap(angle_rad: np.ndarray, centre_rad: float = 0.0) -> np.ndarray:
    """Undo jumps of a whole turn in (T,), across gaps too, and end nearest to a centre."""
    known = np.isfinite(angle_rad)
    if not known.any():
        return angle_rad
    unwrapped = angle_rad.copy()
    unwrapped[known] = np.unwrap(angle_rad[known])
    turns = np.round((np.median(unwrapped[known]) - centre_rad) / (2 * np.pi))
    return unwrapped - 2 * np.pi * turns


def unwrap_joints(values: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Unwrap all rotations of a trial, with one note that names the joints that jumped."""
    unwrapped, jumped = {}, []
    for name, column in values.items():
        unwrapped[name] = (
            column if name in PELVIS_POSITION else unwrap(column, CENTRES_RAD.get(name, 0.0))
        )
        if name in JOINT_NAMES and np.nanmax(np.abs(unwrapped[name] - column)) > np.pi:
            jumped.append(name)
    detail = f"jumps of a whole turn were undone in {', '.join(jumped)}"
    return unwrapped, [Note("wrap_jump", detail)] if jumped else []


def common_span(values: dict[str, np.ndarray]) -> tuple[slice, list[str]]:
    """The frames between which all coordinates are there, and the coordinates left out.

    A coordinate outside the legs that covers less than half of what the legs cover is left out
    rather than let cut the trial. The pelvis, which later stages discard, cuts nothing.
    """
    spans = {name: _span(column) for name, column in values.items()}
    legs = [spans[name] for name in spans if name in LEG_JOINTS and spans[name] is not None]
    if not legs:
        return slice(0, 0), []
    start, stop = max(s for s, _ in legs), min(e for _, e in legs)
    half = (stop - start) / 2
    left_out = [
        n for n, s in spans.items() if n not in LEG_JOINTS and _overlap(s, start, stop) < half
    ]
    kept = [s for n, s in spans.items() if n in JOINT_NAMES and s is not None and n not in left_out]
    return slice(max(s for s, _ in kept), min(e for _, e in kept)), left_out


def _span(column: np.ndarray) -> tuple[int, int] | None:
    known = np.flatnonzero(np.isfinite(column))
    return (int(known[0]), int(known[-1]) + 1) if len(known) else None


def _overlap(span: tuple[int, int] | None, start: int, stop: int) -> int:
    return 0 if span is None else min(span[1], stop) - max(span[0], start)


def pelvis_quaternion(
    tilt_rad: np.ndarray, list_rad: np.ndarray, rotation_rad: np.ndarray
) -> np.ndarray:
    """Unit quaternions (T, 4), w x y z, of OpenSim's pelvis: turns about z, x, y, body-fixed.

    The sign is chosen such that neighbours are near each other.
    """
    cz, cx, cy = (np.cos(a / 2) for a in (tilt_rad, list_rad, rotation_rad))
    sz, sx, sy = (np.sin(a / 2) for a in (tilt_rad, list_rad, rotation_rad))
    quaternion = np.stack(
        [
            cz * cx * cy - sz * sx * sy,
            cz * sx * cy - sz * cx * sy,
            cz * cx * sy + sz * sx * cy,
            cz * sx * sy + sz * cx * cy,
        ],
        axis=1,
    )
    dots = np.sum(quaternion[1:] * quaternion[:-1], axis=1)
    flips = np.cumprod(np.concatenate([[1.0], np.where(dots < 0, -1.0, 1.0)]))
    return quaternion * flips[:, None]


def assemble(values: Mapping[str, np.ndarray], n_frames: int) -> np.ndarray:
    """Frames (T, 41) in the order of COORDINATE_NAMES; what the source lacks is NaN."""
    frames = np.full((n_frames, len(COORDINATE_NAMES)), np.nan)
    for index, name in enumerate(COORDINATE_NAMES):
        if name in values:
            frames[:, index] = values[name]
    if all(name in values for name in PELVIS_ANGLES):
        first = COORDINATE_NAMES.index("pelvis_qw")
        frames[:, first : first + 4] = pelvis_quaternion(*(values[n] for n in PELVIS_ANGLES))
    return frames
