"""The curves of single trials: as recorded, and as the tokens keep them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.report.blocks import PAGE_BLUE, PAGE_ORANGE
from biomechgpt.report.curve_grid import Column, Curve, curve_grid
from biomechgpt.tokenizer.measure import reconstruct
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.windows import read_chosen

SHOWN_SECONDS = 8.0
# What a reader of gait looks at first: right and left leg, trunk, arms.
SHOWN = {
    "hip flexion": ("hip_flexion_r", "hip_flexion_l"),
    "knee": ("knee_angle_r", "knee_angle_l"),
    "trunk extension": ("lumbar_extension",),
    "arm flexion": ("arm_flex_r", "arm_flex_l"),
}


class Movement(NamedTuple):
    """A trial's joint angles and what its tokens keep of them, in degrees; NaN where missing."""

    time_s: np.ndarray  # (T,)
    original_deg: np.ndarray  # (T, J)
    reconstructed_deg: np.ndarray  # (T, J)


def read_movements(
    trial_folds: Mapping[str, str],
    joint_angles: Sequence[os.PathLike],
    tokenizers: Sequence[os.PathLike],
    tokenizer: str,
) -> dict[str, Movement]:
    """The movements of the trials named, each through the tokenizer of its own fold.

    `trial_folds` says in which fold a trial was tested, `tokenizer` names the one to use.
    """
    folders = {
        path.parent.parent.name: path for path in map(Path, tokenizers) if path.name == tokenizer
    }
    stored = {f: load_tokenizer(folders[f]) for f in set(trial_folds.values()) if f in folders}
    found = {}
    for trial in read_chosen(joint_angles, set(trial_folds)):
        name = trial.info["trial_id"]
        if trial_folds[name] in stored:
            own = stored[trial_folds[name]]
            result = reconstruct(own, trial)
            n_frames = min(len(result.angles_rad), int(SHOWN_SECONDS * own.frame_rate_hz))
            original = np.rad2deg(trial.frames[:n_frames])
            kept = np.where(np.isnan(original), np.nan, np.rad2deg(result.angles_rad[:n_frames]))
            found[name] = Movement(np.arange(n_frames) / own.frame_rate_hz, original, kept)
    return found


def curves_svg(movements: Mapping[str, Movement], told: Mapping[str, str]) -> str:
    """A column a trial, a row a joint: right and left, as recorded and (dotted) reconstructed.

    `told` is the line under the name of each trial.
    """
    columns = [
        Column(
            (trial, told[trial]), movement.time_s, [_curves(movement, j) for j in SHOWN.values()]
        )
        for trial, movement in movements.items()
    ]
    legend = [("right, or trunk", PAGE_BLUE, False), ("left", PAGE_ORANGE, False)]
    legend += [("as the tokens keep it", "currentColor", True)]
    return curve_grid(columns, [f"{name} (°)" for name in SHOWN], legend)


def _curves(movement: Movement, joints: Sequence[str]) -> list[Curve]:
    drawn = []
    for joint, colour in zip(joints, (PAGE_BLUE, PAGE_ORANGE), strict=False):
        place = JOINT_NAMES.index(joint)
        drawn.append(Curve(movement.original_deg[:, place], colour))
        drawn.append(Curve(movement.reconstructed_deg[:, place], colour, dotted=True))
    return drawn
