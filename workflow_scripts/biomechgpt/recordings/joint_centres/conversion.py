"""From a recording of joint centres to the body's angles."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import binary_dilation

from biomechgpt.body.inverse_kinematics import centres_to_angles
from biomechgpt.recordings import times
from biomechgpt.recordings.joint_centres.layouts import Skeleton
from biomechgpt.recordings.joint_centres.points import Points, landmarks
from biomechgpt.recordings.joint_centres.sides import refuse_mirrored, untangle_sides
from biomechgpt.recordings.joint_centres.smoothing import low_pass, unwrap_clock
from biomechgpt.recordings.joint_centres.space import drop_far, mask_absurd, to_metres, to_y_up
from biomechgpt.recordings.lost_frames import lost_frames, note_lost
from biomechgpt.recordings.plausibility import beyond_reach
from biomechgpt.recordings.readers import Note, RawMotion

LEG_ANGLES = ("hip_flexion", "hip_adduction", "knee_angle", "ankle_angle")
LOST_SHARE = 0.25  # of the frames
LOST_MARGIN_S = 0.1  # before and after, into which the smoothing has spread them


def skeleton_coordinates(
    raw: RawMotion, skeleton: Skeleton, points: Points, row: Mapping, low_pass_hz: float
) -> tuple[dict[str, np.ndarray], np.ndarray, list[Note]]:
    """Pelvis (m, rad) and joint angles (rad), (T,) each, of joint centres; their times; notes.

    `row` may hold the overrides `frame_rate_hz`, `length_unit` and `up_axis` of trials.tsv.

    Raises:
        MotionError: with the reason; docs/joint_centres.md lists them.
    """
    centres = landmarks(skeleton, points)
    time_s, keep, notes = _times(raw, skeleton, row, len(centres["hip_r"]))
    centres = {name: positions[keep] for name, positions in centres.items()}
    centres, lost_notes = _without_lost(centres)
    stated_unit = row.get("length_unit") or points.length_unit or skeleton.length_unit
    centres, unit_notes = to_metres(centres, stated_unit)
    centres, far_notes = drop_far(centres)
    centres = to_y_up(centres, row.get("up_axis") or skeleton.up_axis, skeleton.left_handed)
    centres, side_notes = untangle_sides(centres, time_s)
    refuse_mirrored(centres, skeleton.spine_lean_rad)
    centres, smooth_notes = low_pass(centres, time_s, low_pass_hz)
    notes = [*raw.notes, *notes, *lost_notes, *unit_notes, *far_notes, *side_notes, *smooth_notes]
    if "lumbar" not in centres:
        detail = "no point of the lower spine: the pelvis is taken as upright"
        notes.append(Note("pelvis_assumed_upright", detail))
    angles, leg_notes = drop_lost_legs(centres_to_angles(centres, skeleton.spine_lean_rad), time_s)
    return angles, time_s, [*notes, *leg_notes]


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


def drop_lost_legs(
    angles_rad: Mapping[str, np.ndarray], time_s: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Turn a leg's angles into gaps while its hip or knee bends as no body can.

    Trackers that lose a leg throw it about. Where that is a large part of the recording, the angles
    stay as they are: a check of the whole recording refuses it.
    """
    kept, lost = dict(angles_rad), []
    margin = max(1, round(LOST_MARGIN_S / float(np.median(np.diff(time_s)))))
    for side in "rl":
        wild = beyond_reach(angles_rad, (f"hip_flexion_{side}", f"knee_angle_{side}"))
        if not 0 < wild.mean() <= LOST_SHARE:
            continue
        wild = binary_dilation(wild, iterations=margin)
        for name in set(angles_rad) & {f"{joint}_{side}" for joint in LEG_ANGLES}:
            kept[name] = np.where(wild, np.nan, angles_rad[name])
        lost.append(f"{'right' if side == 'r' else 'left'} {wild.sum()}")
    detail = f"frames in which a leg bends as no body can, taken as missing: {', '.join(lost)}"
    return kept, [Note("lost_leg", detail)] if lost else []


def _times(
    raw: RawMotion, skeleton: Skeleton, row: Mapping, n_frames: int
) -> tuple[np.ndarray, np.ndarray, list[Note]]:
    """Times of the frames that are kept, the mask (T,) of these frames, and notes."""
    time_s, notes = times.decide_time(raw, n_frames, row, skeleton.frame_rate_hz)
    time_s, clock_notes = unwrap_clock(time_s)
    keep, repeated_notes = times.usable_rows(time_s)
    return time_s[keep], keep, [*notes, *clock_notes, *repeated_notes]
