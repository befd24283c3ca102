"""The gait-cycle panels of two walks of test participants: the middle one and the least normal."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import NormalGait, read_normal_gait
from biomechgpt.report.gait_panel.gait_panel import gait_panel
from biomechgpt.report.page.blocks import Block, Heading, Markup, Paragraph
from biomechgpt.report.page.wording import number
from biomechgpt.tokenizer.windows import select_trials

SCORE = "gait_profile_score"
ABOUT = (
    "What kinematics measure without any learning, on the trials of test participants with six walking "
    "strides or more, of both legs ({n} of {n_trials}). Shown are the trial in the middle of them and the "
    "last by gait profile score, the distance of hip, knee and ankle from the curves of unimpaired adults; "
    "any other trial can be named for the movement page (reconstruct.trials) or opened in the chat."
)
NONE = "No trial of the test participants has six walking strides or more, of both legs."
FEWEST_STRIDES = 6


class GaitFiles(NamedTuple):
    """The shards of joint angles, and the project's resources of normal gait."""

    joint_angles: Sequence[os.PathLike]
    normal_gait: os.PathLike
    normal_ranges: os.PathLike


def gait_examples(
    files: GaitFiles, trials: pd.DataFrame, folds: pd.DataFrame, frame_rate_hz: float
) -> list[Block]:
    """Panels of two test trials; `trials` has a row an accepted trial, `folds` a row a participant."""
    people = folds.loc[folds["split"] == "test", "participant_id"]
    tested = set(trials.loc[trials["participant_id"].isin(people), "trial_id"])
    normal = read_normal_gait(files.normal_gait, files.normal_ranges)
    scores = _scores(files.joint_angles, tested, frame_rate_hz, normal)
    if not scores:
        return [Paragraph(NONE, "quiet")]
    ordered = sorted(scores, key=scores.get)
    shown = dict.fromkeys([ordered[(len(ordered) - 1) // 2], ordered[-1]])
    angles = {t.info["trial_id"]: t.frames for t in select_trials(files.joint_angles, set(shown))}
    blocks: list[Block] = [Paragraph(ABOUT.format(n=len(scores), n_trials=len(tested)))]
    for trial_id in shown:
        title = f"{trial_id}: gait profile score {number(scores[trial_id], 1)}°"
        panel = gait_panel(angles[trial_id], frame_rate_hz, normal, trial_id)
        blocks += [Heading(title), Markup(panel)]
    return blocks


def _scores(
    joint_angles: Sequence[os.PathLike],
    trial_ids: set[str],
    frame_rate_hz: float,
    normal: NormalGait,
) -> dict[str, float]:
    """The gait profile score of each trial that has one of enough strides."""
    scores = {}
    for trial in select_trials(joint_angles, trial_ids):
        record = measured_record(trial.frames, frame_rate_hz, normal)
        score = next(quantity for quantity in record if quantity.key == SCORE)
        if score.value is not None and score.strides >= FEWEST_STRIDES:
            scores[trial.info["trial_id"]] = score.value
    return scores
