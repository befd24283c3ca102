"""A movement as the page shows it: a line about it and what the player takes."""

import html
from collections.abc import Mapping, Sequence

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.chat.own_file import OWN_FILE
from biomechgpt.chat.run import ChatTrial
from biomechgpt.report.movement_page.skeleton import motion, words

SAYS_OF_SIDE = {
    "train": "training side: the model has seen this movement",
    "validation": "validation side: the model was calibrated on it",
    "test": "test side: not used in training",
    "unknown": "whether the model was trained on it is not known",
    OWN_FILE: "own file, deleted from the disk; it is forgotten when you close the page",
}


def about_movement(trial: ChatTrial, described: Mapping) -> str:
    """Who, which side of the split, how long, what is missing; HTML with every text escaped."""
    duration_s = len(trial.angles_rad) / described["frame_rate_hz"]
    parts = [f"participant {trial.participant}"] if trial.participant else []
    parts += [SAYS_OF_SIDE[trial.split], f"{duration_s:.1f} s"]
    if trial.missing_joints:
        parts.append("not recorded: " + ", ".join(words(joint) for joint in trial.missing_joints))
    kind = '<b class="tag">Simulated</b> ' if trial.simulated else ""
    return f'<p class="about"><b>{html.escape(trial.name)}</b> {kind}{html.escape(" · ".join(parts))}</p>'


def as_motion(trial: ChatTrial, tokens: Sequence[int], described: Mapping) -> dict:
    """What `player` of player.js takes. Joints that are zero throughout have no curve."""
    still = [
        name for name, line in zip(JOINT_NAMES, trial.angles_rad.T, strict=True) if not line.any()
    ]
    take = "as simulated" if trial.simulated else "as recorded"
    return motion(
        {take: trial.angles_rad},
        described["frame_rate_hz"],
        tokens,
        described["downsampling"] / described["tokens_per_step"],
        unknown=trial.missing_joints,
        hidden=still,
    )
