"""A movement as the page shows it: a line about it, the data of its player, its gait cycle."""

import html
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.chat.own_file import OWN_FILE
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.features.clinical_angles import movement_words
from biomechgpt.features.normal_gait import NormalGait, read_normal_gait
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.report.gait_panel.gait_panel import gait_panel
from biomechgpt.report.movement_page.skeleton import motion

RESOURCES = files("biomechgpt") / "resources"
ABOUT_SPLIT = {
    "train": "training set: the model has seen this movement",
    "validation": "validation set: the model was calibrated on it",
    "test": "test set: not used in training",
    "unknown": "it is not known whether the model was trained on it",
    OWN_FILE: "your own file: already deleted from the disk, and forgotten when you close the page",
}


def about_movement(trial: ChatTrial, description: ModelDescription) -> str:
    """Participant, split, duration and missing joints; HTML with every text escaped."""
    duration_s = len(trial.angles_rad) / description.frame_rate_hz
    parts = [f"participant {trial.participant}"] if trial.participant else []
    parts += [ABOUT_SPLIT[trial.split], f"{duration_s:.1f} s"]
    if trial.missing_joints:
        parts.append(
            "not recorded: " + ", ".join(movement_words(joint) for joint in trial.missing_joints)
        )
    kind = '<b class="tag">Simulated</b> ' if trial.simulated else ""
    return f'<p class="about"><b>{html.escape(trial.name)}</b> {kind}{html.escape(" · ".join(parts))}</p>'


def gait_details(trial: ChatTrial, description: ModelDescription) -> str:
    """The gait-cycle panel of a movement, folded; HTML with every text escaped."""
    panel = gait_panel(trial.angles_rad, description.frame_rate_hz, _normal_gait(), trial.name)
    return f"<details><summary>Gait cycle, and what was measured of it</summary>{panel}</details>"


@cache
def _normal_gait() -> NormalGait:
    return read_normal_gait(RESOURCES / "normal_gait.yaml", RESOURCES / "normal_ranges.yaml")


def as_motion(trial: ChatTrial, tokens: Sequence[int], description: ModelDescription) -> dict:
    """What `player` of player.js takes. Joints that are zero throughout have no curve."""
    still = [
        name for name, line in zip(JOINT_NAMES, trial.angles_rad.T, strict=True) if not line.any()
    ]
    take = "as simulated" if trial.simulated else "as recorded"
    return motion(
        {take: trial.angles_rad},
        description.frame_rate_hz,
        tokens,
        description.frames_per_token,
        unknown=trial.missing_joints,
        hidden=still,
    )
