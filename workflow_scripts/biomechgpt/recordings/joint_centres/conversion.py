"""From a recording of joint centres to the body's angles."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.body.inverse_kinematics import centres_to_angles
from biomechgpt.recordings import times
from biomechgpt.recordings.joint_centres.impossible_frames import drop_lost_legs, drop_start_pose
from biomechgpt.recordings.joint_centres.layouts import Skeleton
from biomechgpt.recordings.joint_centres.points import Points, landmarks
from biomechgpt.recordings.joint_centres.rest_pose import segment_marks
from biomechgpt.recordings.joint_centres.sides import refuse_mirrored, untangle_sides
from biomechgpt.recordings.joint_centres.smoothing import low_pass, unwrap_clock
from biomechgpt.recordings.joint_centres.space import drop_far, mask_absurd, to_metres, to_y_up
from biomechgpt.recordings.lost_frames import lost_frames, note_lost
from biomechgpt.recordings.readers import Note, RawMotion, Segments


def skeleton_coordinates(
    raw: RawMotion, skeleton: Skeleton, points: Points, row: Mapping, low_pass_hz: float
) -> tuple[dict[str, np.ndarray], np.ndarray, list[Note]]:
    """Pelvis (m, rad) and joint angles (rad), (T,) each, of joint centres; their times; notes.

    `row` may hold the overrides `frame_rate_hz`, `length_unit` and `up_axis` of trials.tsv.

    Raises:
        MotionError: with the reason; docs/joint_centres.md lists them.
    """
    centres, skeleton = _landmarks(raw, skeleton, points)
    time_s, keep, notes = _times(raw, skeleton, row, len(centres["hip_r"]))
    centres = {name: positions[keep] for name, positions in centres.items()}
    centres, space_notes = _in_body_axes(centres, skeleton, points, row)
    centres, tracker_notes = _tracked(centres, time_s, low_pass_hz, raw.segments)
    refuse_mirrored(centres, skeleton.spine_lean_rad)
    notes = [*raw.notes, *notes, *space_notes, *tracker_notes]
    if "lumbar" not in centres:
        detail = "no point of the lower spine: the pelvis is taken as upright"
        notes.append(Note("pelvis_assumed_upright", detail))
    angles = centres_to_angles(centres, skeleton.spine_lean_rad)
    if raw.segments is not None:
        angles, start_notes = drop_start_pose(angles, time_s)
        notes += start_notes
    angles, leg_notes = drop_lost_legs(angles, time_s)
    return angles, time_s, [*notes, *leg_notes]


def _landmarks(
    raw: RawMotion, skeleton: Skeleton, points: Points
) -> tuple[dict[str, np.ndarray], Skeleton]:
    """Joint centres (T, 3), with the marks on rigid segments where the file has such."""
    if raw.segments is None:
        return landmarks(skeleton, points), skeleton
    marks, skeleton = segment_marks(skeleton, points, raw.segments)
    return landmarks(skeleton, points) | marks, skeleton


def _tracked(
    centres: dict[str, np.ndarray],
    time_s: np.ndarray,
    low_pass_hz: float,
    segments: Segments | None,
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Centres without a tracker's faults, which points of rigid segments do not have."""
    if segments is not None:
        return centres, []
    centres, side_notes = untangle_sides(centres, time_s)
    centres, smooth_notes = low_pass(centres, time_s, low_pass_hz)
    return centres, [*side_notes, *smooth_notes]


def _in_body_axes(
    centres: Mapping[str, np.ndarray], skeleton: Skeleton, points: Points, row: Mapping
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Centres (T, 3) in metres with y up; what cannot be part of the body is a gap."""
    centres, lost_notes = _without_lost(centres)
    stated_unit = row.get("length_unit") or points.length_unit
    centres, unit_notes = to_metres(centres, stated_unit, skeleton.unit_m)
    centres, far_notes = drop_far(centres)
    centres = to_y_up(centres, row.get("up_axis") or skeleton.up_axis, skeleton.left_handed)
    return centres, [*lost_notes, *unit_notes, *far_notes]


def _without_lost(
    centres: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Centres (T, 3) with gaps where the tracker had lost the body or the point."""
    coordinates = {
        f"{name}_{axis}": positions[:, index]
        for name, positions in centres.items()
        for index, axis in enumerate("xyz")
    }
    lost = lost_frames(coordinates)
    masked, absurd_notes = mask_absurd(centres)
    gapped = {name: np.where(lost[:, None], np.nan, p) for name, p in masked.items()}
    return gapped, [*note_lost(lost), *absurd_notes]


def _times(
    raw: RawMotion, skeleton: Skeleton, row: Mapping, n_frames: int
) -> tuple[np.ndarray, np.ndarray, list[Note]]:
    """Times of the frames that are kept, the mask (T,) of these frames, and notes."""
    time_s, notes = times.decide_time(raw, n_frames, row, skeleton.frame_rate_hz)
    time_s, clock_notes = unwrap_clock(time_s)
    keep, repeated_notes = times.usable_rows(time_s)
    return time_s[keep], keep, [*notes, *clock_notes, *repeated_notes]
