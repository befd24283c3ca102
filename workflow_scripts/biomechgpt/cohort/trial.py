"""One motion file, from its columns to a checked trial in the body's coordinates."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.cohort import canonical, plausibility
from biomechgpt.cohort.coordinate_maps import (
    CoordinateMap,
    apply_map,
    choose_map,
    unknown_columns,
)
from biomechgpt.cohort.readers import MotionError, Note, RawMotion, read_motion
from biomechgpt.cohort.skeletons.layouts import Skeleton
from biomechgpt.cohort.skeletons.points import Points, choose_skeleton, read_points
from biomechgpt.cohort.skeletons.trial import skeleton_coordinates

NAMED_COLUMNS = 8  # of the unknown ones; the rest is counted


class Motion(NamedTuple):
    """One trial in the body's coordinates."""

    time_s: np.ndarray  # (T,) float64, from 0
    frames: np.ndarray  # (T, 41) float64, columns as COORDINATE_NAMES
    frame_rate_hz: float
    notes: list[Note]


def read_trial(
    path: Path,
    row: Mapping,
    maps: list[CoordinateMap],
    cfg: Mapping,
    skeletons: Sequence[Skeleton] = (),
) -> tuple[CoordinateMap | Skeleton, Motion]:
    """Read one motion file, joint angles or joint centres, into the body's coordinates.

    `row` may hold the overrides `coordinate_map`, `angle_unit`, `frame_rate_hz`, `skeleton`,
    `length_unit` and `up_axis`; `cfg` holds `angle_unit_when_unstated`, `min_leg_joints` and
    `joint_centre_low_pass_hz`.

    Raises:
        MotionError: with the reason; docs/cohort.md lists them.
    """
    raw = read_motion(path)
    if row.get("coordinate_map") is None:
        points = read_points(raw.columns)
        skeleton = choose_skeleton(skeletons, points, row.get("skeleton"))
        if skeleton is not None:
            return skeleton, _from_centres(raw, skeleton, points, row, cfg)
    coordinate_map, map_notes = _map_for(row, maps, raw.columns)
    mapped = apply_map(coordinate_map, raw.columns)
    joints = {name: mapped[name] for name in JOINT_NAMES if name in mapped}
    plausibility.check_presence(joints, cfg["min_leg_joints"])
    unit = canonical.decide_unit(
        joints, raw.unit, row.get("angle_unit"), cfg["angle_unit_when_unstated"]
    )
    values = canonical.to_radians(mapped, unit.name, coordinate_map)
    override_hz = float(row["frame_rate_hz"]) if row.get("frame_rate_hz") else None
    n_frames = len(next(iter(joints.values())))
    time_s, time_notes = canonical.decide_time(
        raw, n_frames, override_hz, coordinate_map.frame_rate_hz
    )
    notes = raw.notes + map_notes + unit.notes + time_notes
    notes += _unknown(unknown_columns(coordinate_map, raw.columns), coordinate_map.name)
    return coordinate_map, clean(values, time_s, notes)


def _from_centres(
    raw: RawMotion, skeleton: Skeleton, points: Points, row: Mapping, cfg: Mapping
) -> Motion:
    low_pass_hz = cfg["joint_centre_low_pass_hz"]
    values, time_s, notes = skeleton_coordinates(raw, skeleton, points, row, low_pass_hz)
    joints = {name: values[name] for name in JOINT_NAMES if name in values}
    plausibility.check_presence(joints, cfg["min_leg_joints"])
    unknown = [name for name in raw.columns if name not in points.columns]
    return clean(values, time_s, [*notes, *_unknown(unknown, skeleton.name)])


def _map_for(
    row: Mapping, maps: list[CoordinateMap], columns: Mapping
) -> tuple[CoordinateMap, list[Note]]:
    if row.get("coordinate_map") is None:
        return choose_map(maps, columns)
    return next(item for item in maps if item.name == row["coordinate_map"]), []


def _unknown(unknown: list[str], map_name: str) -> list[Note]:
    if not unknown:
        return []
    more = f" and {len(unknown) - NAMED_COLUMNS} more" if len(unknown) > NAMED_COLUMNS else ""
    some = ", ".join(unknown[:NAMED_COLUMNS])
    detail = f"{len(unknown)} columns are not in map {map_name}: {some}{more}"
    return [Note("unknown_columns", detail)]


def clean(values: dict[str, np.ndarray], time_s: np.ndarray, notes: list[Note]) -> Motion:
    """Drop repeated rows and open ends, undo jumps, check, and set the 41 columns side by side.

    `values` holds (T,) columns, rotations in radians. Gaps inside stay NaN.

    Raises:
        MotionError: `time_decreasing`, `out_of_range`, `implausible_speed` and others.
    """
    keep, time_notes = canonical.usable_rows(time_s)
    values, spike_notes = canonical.drop_spikes(values)
    values = {name: column[keep] for name, column in values.items() if np.isfinite(column).any()}
    values, time_s, span_notes = _trim(values, time_s[keep])
    values, jump_notes = canonical.unwrap_joints(values)
    frame_rate_hz, rate_notes = canonical.frame_rate_of(time_s)
    joints = {name: values[name] for name in JOINT_NAMES if name in values}
    if misbuilt := plausibility.misbuilt_joints(joints):
        detail = f"far outside the range of a body, left out: {', '.join(misbuilt)}"
        notes = [*notes, Note("joint_out_of_range", detail)]
        values = {name: column for name, column in values.items() if name not in misbuilt}
        joints = {name: column for name, column in joints.items() if name not in misbuilt}
    plausibility.check_range(joints)
    plausibility.check_speed(joints, time_s)
    notes = notes + time_notes + spike_notes + span_notes + jump_notes + rate_notes
    notes = notes + plausibility.remarks(joints)
    time_s, values = canonical.mark_time_gaps(time_s, values)
    frames = canonical.assemble(values, len(time_s))
    return Motion(time_s - time_s[0], frames, frame_rate_hz, notes)


def _trim(
    values: dict[str, np.ndarray], time_s: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray, list[Note]]:
    span, left_out = canonical.common_span(values)
    if span.stop - span.start < 2:
        raise MotionError("too_few_joints", "no two frames in which all leg angles are known")
    notes = []
    if left_out:
        detail = f"known in less than half of the trial, left out: {', '.join(left_out)}"
        notes.append(Note("mostly_missing", detail))
    n_cut = len(time_s) - (span.stop - span.start)
    if n_cut:
        detail = f"{n_cut} of {len(time_s)} frames cut from the ends, where angles are missing"
        notes.append(Note("gap_trimmed", detail))
    return {n: c[span] for n, c in values.items() if n not in left_out}, time_s[span], notes
