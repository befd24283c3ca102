"""The curves of single trials: as recorded, and as the tokens keep them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.features.clinical_angles import clinical_deg
from biomechgpt.report.drawing.curve_grid import Curve, TrialColumn, curve_grid
from biomechgpt.report.drawing.svg import PAGE_BLUE, PAGE_ORANGE
from biomechgpt.tokenizer.decoded import DecodedTrial

SHOWN_SECONDS = 8.0
# What a reader of gait looks at first: right and left leg, trunk, arms.
SHOWN = {
    "hip flexion": ("hip_flexion_r", "hip_flexion_l"),
    "knee flexion": ("knee_angle_r", "knee_angle_l"),
    "trunk extension": ("lumbar_extension",),
    "shoulder flexion": ("arm_flex_r", "arm_flex_l"),
}


class TrialCurves(NamedTuple):
    """A trial's joint angles and what its tokens keep of them, in degrees with
    clinicians' signs; NaN where missing.
    """

    time_s: np.ndarray  # (T,)
    original_deg: np.ndarray  # (T, J)
    reconstructed_deg: np.ndarray  # (T, J)


def trial_curves(decoded: DecodedTrial) -> TrialCurves:
    """The first seconds of a trial."""
    rate_hz = decoded.tokenizer.frame_rate_hz
    n_frames = min(len(decoded.decoded_rad), int(SHOWN_SECONDS * rate_hz))
    original, made = (
        clinical_deg(angles[:n_frames]) for angles in (decoded.recorded_rad, decoded.decoded_rad)
    )
    made = np.where(np.isnan(original), np.nan, made)
    return TrialCurves(np.arange(n_frames) / rate_hz, original, made)


def curves_svg(curves: Mapping[str, TrialCurves], subtitles: Mapping[str, str]) -> str:
    """A column a trial, a row a joint: right and left, as recorded and (dotted) reconstructed.

    `subtitles` has the line under the name of each trial.
    """
    columns = [
        TrialColumn(
            (trial, subtitles[trial]),
            of_trial.time_s,
            [_lines(of_trial, j) for j in SHOWN.values()],
        )
        for trial, of_trial in curves.items()
    ]
    legend = [("right, or trunk", PAGE_BLUE, False), ("left", PAGE_ORANGE, False)]
    legend += [("as the tokens keep it", "currentColor", True)]
    return curve_grid(columns, [f"{name} (°)" for name in SHOWN], legend)


def _lines(curves: TrialCurves, joints: Sequence[str]) -> list[Curve]:
    lines = []
    for joint, colour in zip(joints, (PAGE_BLUE, PAGE_ORANGE), strict=False):
        place = JOINT_NAMES.index(joint)
        lines.append(Curve(curves.original_deg[:, place], colour))
        lines.append(Curve(curves.reconstructed_deg[:, place], colour, dotted=True))
    return lines
