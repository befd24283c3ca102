"""One motion file, from its columns to checked frames in the body's coordinates."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES
from biomechgpt.recordings import canonical, plausibility, times, units
from biomechgpt.recordings.coordinate_map_files import read_coordinate_maps
from biomechgpt.recordings.coordinate_maps import (
    CoordinateMap,
    apply_map,
    fitting_maps,
    unknown_columns,
)
from biomechgpt.recordings.joint_centres.conversion import skeleton_coordinates
from biomechgpt.recordings.joint_centres.layouts import Skeleton, read_skeletons
from biomechgpt.recordings.joint_centres.points import Points, choose_skeleton, read_points
from biomechgpt.recordings.knees import KNEES, check_bending, choose_twin, undo_flips
from biomechgpt.recordings.lost_frames import lost_frames, note_lost
from biomechgpt.recordings.readers import MotionError, Note, RawMotion, Segments, read_motion
from biomechgpt.settings.ingest_section import IngestSettings

SKELETONS = "skeletons"  # the folder of skeleton maps
NAMED_COLUMNS = 8  # of the unknown ones; the rest is counted


class Reading(NamedTuple):
    """How motion files are read: the known sources, and settings."""

    coordinate_maps: list[CoordinateMap]
    skeletons: list[Skeleton]
    settings: IngestSettings


class Motion(NamedTuple):
    """One recording in the body's coordinates."""

    time_s: np.ndarray  # (T,) float64, from 0
    frames: np.ndarray  # (T, 41) float64, columns as COORDINATE_NAMES
    frame_rate_hz: float
    notes: list[Note]
    map_name: str  # of the coordinate map or the skeleton map
    undecided_maps: frozenset[str] = frozenset()  # maps between which its knees do not decide


def reading_with(map_paths: Iterable[os.PathLike], settings: IngestSettings) -> Reading:
    """Reading by the coordinate maps and, from a folder `skeletons`, the skeleton maps of these paths.

    Raises:
        InputError: a file is no map; the message names the file and the key.
    """
    paths = [Path(path) for path in map_paths]
    skeleton_paths = [path for path in paths if path.parent.name == SKELETONS]
    coordinate_maps = read_coordinate_maps(path for path in paths if path not in skeleton_paths)
    return Reading(coordinate_maps, read_skeletons(skeleton_paths), settings)


def read_recording(path: Path, row: Mapping, reading: Reading) -> Motion:
    """Read one motion file, joint angles or joint centres, into the body's coordinates.

    `row` may hold the overrides of trials.tsv.

    Raises:
        MotionError: with the reason; docs/cohort.md and docs/joint_centres.md list them.
    """
    raw = read_motion(path)
    if row.get("coordinate_map") is None:
        points = read_points(raw.columns)
        skeleton = choose_skeleton(reading.skeletons, points, row.get("skeleton"))
        if skeleton is not None:
            return _from_centres(raw, skeleton, points, row, reading.settings)
    if raw.segments is not None:
        raise _no_skeleton(raw.segments, row)
    return _from_angles(raw, row, reading)


def _no_skeleton(segments: Segments, row: Mapping) -> MotionError:
    some = ", ".join(list(segments.rest)[:NAMED_COLUMNS])
    advice = "write one, a YAML file that says which they are (docs/joint_centres.md)"
    if row.get("coordinate_map") is not None:
        advice = "and coordinate_map in trials.tsv is for files of joint angles: leave it empty"
    detail = f"no skeleton map was found for hips, knees and ankles among {some}; {advice}"
    return MotionError("skeleton_unknown", detail)


def _from_centres(
    raw: RawMotion, skeleton: Skeleton, points: Points, row: Mapping, settings: IngestSettings
) -> Motion:
    low_pass_hz = settings.joint_centre_low_pass_hz
    values, time_s, notes = skeleton_coordinates(raw, skeleton, points, row, low_pass_hz)
    plausibility.check_presence(_joints(values), settings.min_leg_joints)
    unknown = [name for name in raw.columns if name not in points.columns]
    return clean(values, time_s, [*notes, *_unknown(unknown, skeleton.name)], skeleton.name)


def _from_angles(raw: RawMotion, row: Mapping, reading: Reading) -> Motion:
    twins, settings = _maps_for(row, reading.coordinate_maps, raw), reading.settings
    mapped, lost_notes = _without_lost(apply_map(twins[0], raw.columns))
    joints = _joints(mapped)
    plausibility.check_presence(joints, settings.min_leg_joints)
    unit, unit_notes = units.decide_unit(
        joints, twins[0], raw.unit, row.get("angle_unit"), settings.angle_unit_when_unstated
    )
    values, flip_notes = undo_flips(units.to_radians(mapped, unit, twins[0]))
    coordinate_map, knee_notes = choose_twin(twins, values)
    if coordinate_map is not twins[0]:
        mapped, _ = _without_lost(apply_map(coordinate_map, raw.columns))
        values, _ = undo_flips(units.to_radians(mapped, unit, coordinate_map))
    n_frames = len(next(iter(joints.values())))
    time_s, time_notes = times.decide_time(raw, n_frames, row, coordinate_map.frame_rate_hz)
    notes = raw.notes + lost_notes + unit_notes + flip_notes + knee_notes + time_notes
    notes += _unknown(unknown_columns(coordinate_map, raw.columns), coordinate_map.name)
    motion = clean(values, time_s, notes, coordinate_map.name)
    _check_source(motion, map_is_told=row.get("coordinate_map") is not None)
    return motion._replace(undecided_maps=frozenset(item.name for item in twins if knee_notes))


def _check_source(motion: Motion, map_is_told: bool) -> None:
    """Refuse knees and heights of the pelvis that no source of joint angles has.

    A map that the table names is believed on the sign of its knees. Joint centres are not checked
    here: they have another origin, and their knees no sign in the file.

    Raises:
        MotionError: `out_of_range` or `implausible_speed`.
    """
    columns = dict(zip(COORDINATE_NAMES, motion.frames.T, strict=True))
    if not map_is_told:
        check_bending({name: columns[name] for name in KNEES})
    plausibility.check_pelvis(columns["pelvis_ty"], motion.time_s)


def _maps_for(row: Mapping, maps: list[CoordinateMap], raw: RawMotion) -> list[CoordinateMap]:
    if row.get("coordinate_map") is None:
        return fitting_maps(maps, raw.columns)
    return [item for item in maps if item.name == row["coordinate_map"]]


def _joints(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: values[name] for name in JOINT_NAMES if name in values}


def _without_lost(mapped: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """The coordinates with gaps where the tracker had lost the body."""
    joints = _joints(mapped)
    lost = lost_frames(joints) if joints else np.zeros(0, bool)
    gapped = {name: np.where(lost, np.nan, column) for name, column in mapped.items()}
    return gapped if lost.any() else mapped, note_lost(lost)


def _unknown(unknown: list[str], map_name: str) -> list[Note]:
    if not unknown:
        return []
    more = f" and {len(unknown) - NAMED_COLUMNS} more" if len(unknown) > NAMED_COLUMNS else ""
    some = ", ".join(unknown[:NAMED_COLUMNS])
    detail = f"{len(unknown)} columns are not in map {map_name}: {some}{more}"
    return [Note("unknown_columns", detail)]


def clean(
    values: dict[str, np.ndarray], time_s: np.ndarray, notes: list[Note], map_name: str
) -> Motion:
    """Drop repeated rows and ends with gaps, undo jumps, check, and assemble the 41 columns.

    `values` holds (T,) columns, rotations in radians. Gaps inside stay NaN.

    Raises:
        MotionError: `time_decreasing`, `out_of_range`, `implausible_speed` and others.
    """
    keep, time_notes = times.usable_rows(time_s)
    values, spike_notes = canonical.drop_spikes(values)
    values = {name: column[keep] for name, column in values.items() if np.isfinite(column).any()}
    values, time_s, span_notes = _trim(values, time_s[keep])
    values, jump_notes = canonical.unwrap_joints(values)
    frame_rate_hz, rate_notes = times.frame_rate_of(time_s)
    plausibility.check_needed(_joints(values))
    values, misbuilt_notes = _without_misbuilt(values)
    joints = _joints(values)
    plausibility.check_posture(joints)
    plausibility.check_range(joints)
    speed_notes = plausibility.check_speed(joints, time_s)
    notes = notes + misbuilt_notes + time_notes + spike_notes + span_notes + jump_notes
    notes += rate_notes + speed_notes + plausibility.remarks(joints)
    time_s, values = times.mark_time_gaps(time_s, values)
    frames = canonical.assemble(values, len(time_s))
    return Motion(time_s - time_s[0], frames, frame_rate_hz, notes, map_name)


def _without_misbuilt(
    values: dict[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], list[Note]]:
    misbuilt = plausibility.misbuilt_joints(_joints(values))
    kept = {name: column for name, column in values.items() if name not in misbuilt}
    detail = f"far outside the range of a body, left out: {', '.join(misbuilt)}"
    return kept, [Note("joint_out_of_range", detail)] if misbuilt else []


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
