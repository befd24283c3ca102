"""One HTML file with moving skeletons: trials as recorded beside what their tokens keep."""

import logging
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.joint_errors import rmse_per_joint
from biomechgpt.features.clinical_angles import clinical_deg, movement_words
from biomechgpt.features.normal_gait import NormalGait, read_normal_gait
from biomechgpt.features.walking_strides import walking_strides
from biomechgpt.report.decoded_trials import decode_trials
from biomechgpt.report.gait_panel.gait_panel import gait_panel
from biomechgpt.report.movement_page.skeleton import motion
from biomechgpt.report.page.html_file import write_page
from biomechgpt.report.page.wording import number
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.tokenizer.decoded import DecodedTrial
from biomechgpt.tokenizer.reconstruction import check_named

log = logging.getLogger(__name__)
TEMPLATE = "movement_page.html"
STYLES = ("report.css", "player.css", "gait_panel.css", "movement_page.css")
SCRIPTS = ("player_drawing.js", "player.js", "movement_page.js")
KEPT = "as the tokens keep it"
TELLING = {"worst": 0.0, "middle": 0.5, "best": 1.0}  # shares of the way from the greatest error


class MovementFiles(NamedTuple):
    """Files of one run; `tokenizers` and `tokens` those of one tokenizer, by fold.

    `normal_gait` and `normal_ranges` are the project's resources of these names.
    """

    joint_angles: Sequence[os.PathLike]
    trials: os.PathLike
    folds: os.PathLike
    tokenizers: Mapping[str, os.PathLike]
    tokens: Mapping[str, os.PathLike]
    normal_gait: os.PathLike
    normal_ranges: os.PathLike


def write_movement_page(
    files: MovementFiles, named: Sequence[str], simulated: set[str], page: os.PathLike
) -> None:
    """Write the page of the trials `named`, or of the test trials kept worst, middling, best, and a walk.

    Each trial goes through the tokenizer of the fold that tested its participant, or of the first
    fold. `simulated` names the cohorts that were not recorded.

    Raises:
        InputError: A name is no accepted trial, or tokens are of another tokenizer.
    """
    accepted = read_accepted(files.trials)
    check_named(named, accepted)
    places = _places(accepted, read_folds(files.folds))
    trial_ids = named or _tested_first(places)
    trials = decode_trials(
        {trial_id: places[trial_id]["fold"] for trial_id in trial_ids},
        files.joint_angles,
        files.tokenizers,
        files.tokens,
    )
    reasons = dict.fromkeys(trials, "") if named else _telling(trials)
    normal = read_normal_gait(files.normal_gait, files.normal_ranges)
    entries = [
        {**places[trial_id], "why": why, **_entry(trials[trial_id], simulated, normal)}
        for trial_id, why in reasons.items()
    ]
    is_simulated = any(entry["simulated"] for entry in entries)
    write_page(page, TEMPLATE, STYLES, SCRIPTS, entries=entries, simulated=is_simulated)
    log.info("%d trials", len(entries))


def _places(accepted: pd.DataFrame, folds: pd.DataFrame) -> dict[str, dict[str, str]]:
    """The fold and split of each trial: where its participant was tested, else the first fold."""
    tested_first = pd.concat([folds[folds["split"] == "test"], folds])
    places = tested_first.drop_duplicates("participant_id").set_index("participant_id")
    rows = places.loc[accepted["participant_id"], ["fold", "split"]].to_dict("records")
    return dict(zip(accepted["trial_id"], rows, strict=True))


def _tested_first(places: Mapping[str, Mapping]) -> list[str]:
    """The trials of the first fold's test participants, or all where nobody is tested."""
    tested = [trial for trial, place in places.items() if place["split"] == "test"]
    first = min((places[trial]["fold"] for trial in tested), default=None)
    return [trial for trial in tested if places[trial]["fold"] == first] or list(places)


def _telling(trials: Mapping[str, DecodedTrial]) -> dict[str, str]:
    """The trials whose angles the tokens keep worst, middling and best, a walk, and why each is shown."""
    ordered = sorted(trials, key=lambda trial_id: -_rmse_deg(_errors_deg(trials[trial_id])))
    reasons: dict[str, str] = {}
    for word, share in TELLING.items():
        trial_id = ordered[round(share * (len(ordered) - 1))]
        why = f"the {word} of {len(ordered)} trials by what the tokens keep"
        reasons.setdefault(trial_id, why)
    walks = [trial_id for trial_id in ordered if _has_strides(trials[trial_id])]
    if walks:
        why = f"the middle of {len(walks)} trials with walking strides by what the tokens keep"
        reasons.setdefault(walks[(len(walks) - 1) // 2], why)
    return reasons


def _has_strides(trial: DecodedTrial) -> bool:
    return bool(walking_strides(trial.trial.frames, trial.tokenizer.frame_rate_hz))


def _errors_deg(trial: DecodedTrial) -> np.ndarray:
    """The error (T, 34) of each angle; NaN where it is not recorded or does not move in training."""
    errors_deg = np.rad2deg(trial.decoded_rad - trial.recorded_rad)
    return np.where(trial.tokenizer.statistics.live, errors_deg, np.nan)


def _rmse_deg(errors_deg: np.ndarray) -> float:
    """Over all frames and joints together."""
    return float(np.sqrt(np.nanmean(np.square(errors_deg))))


def _entry(decoded: DecodedTrial, simulated: set[str], normal: NormalGait) -> dict:
    """What the template shows of a trial."""
    tokenizer, info = decoded.tokenizer, decoded.trial.info
    errors_deg, n_frames = _errors_deg(decoded), len(decoded.trial.frames)
    frames_per_token = tokenizer.cfg.downsampling / tokenizer.model.tokens_per_step
    is_simulated = info["cohort"] in simulated
    original = "as simulated" if is_simulated else "as recorded"
    still = [n for n, live in zip(JOINT_NAMES, tokenizer.statistics.live, strict=True) if not live]
    return {
        "trial": info["trial_id"],
        "participant": info["participant_id"],
        "simulated": is_simulated,
        "original": original,
        "duration_s": number(n_frames / tokenizer.frame_rate_hz, 1),
        "n_tokens": len(decoded.tokens),
        "n_codes": tokenizer.model.vocabulary_size,
        "frames_per_token": frames_per_token,
        "n_left": n_frames - len(decoded.decoded_rad),
        "rmse_deg": number(_rmse_deg(errors_deg), 1),
        "missing": [movement_words(joint) for joint in info["missing_joints"]],
        "rows": _rows(decoded, errors_deg),
        "gait": gait_panel(decoded.trial.frames, tokenizer.frame_rate_hz, normal, info["trial_id"]),
        "motion": motion(
            {original: decoded.recorded_rad, KEPT: decoded.decoded_rad},
            tokenizer.frame_rate_hz,
            decoded.tokens,
            frames_per_token,
            unknown=info["missing_joints"],
            hidden=still,
        ),
    }


def _rows(decoded: DecodedTrial, errors_deg: np.ndarray) -> list[list[str]]:
    """Of each joint: its name, its range as recorded and as kept, and the error; in degrees."""
    rmse_deg = rmse_per_joint(errors_deg)
    recorded_deg, decoded_deg = map(clinical_deg, (decoded.recorded_rad, decoded.decoded_rad))
    return [
        [
            movement_words(JOINT_NAMES[joint]),
            _range(recorded_deg[:, joint]),
            _range(decoded_deg[:, joint]),
            number(rmse_deg[joint], 1),
        ]
        for joint in np.flatnonzero(np.isfinite(rmse_deg))
    ]


def _range(angles_deg: np.ndarray) -> str:
    return f"{number(angles_deg.min(), 0)} to {number(angles_deg.max(), 0)}"
