"""One HTML file with moving skeletons: trials as recorded beside what their tokens keep."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import Trial
from biomechgpt.report.blocks import number
from biomechgpt.report.html_file import write_page
from biomechgpt.report.skeleton import motion, words
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.tokenizer.coding import decode_trial
from biomechgpt.tokenizer.reconstruction import check_named, read_own_tokens
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.windows import read_chosen

log = logging.getLogger(__name__)
TEMPLATE = "movement_page.html"
STYLES = ("style.css", "player.css", "movement_page.css")
SCRIPTS = ("player_drawing.js", "player.js", "movement_page.js")
KEPT = "as the tokens keep it"
TELLING = {"worst": 0.0, "middle": 0.5, "best": 1.0}  # shares of the way from the greatest error


class Sources(NamedTuple):
    """Files of one run; `tokenizers` and `tokens` those of one tokenizer in every fold."""

    joint_angles: Sequence[os.PathLike]
    trials: os.PathLike
    folds: os.PathLike
    tokenizers: Sequence[os.PathLike]
    tokens: Sequence[os.PathLike]


class Shown(NamedTuple):
    """A trial, its tokens, and why it is on the page where nobody named it."""

    trial: Trial
    tokens: np.ndarray  # (L,)
    tokenizer: StoredTokenizer
    place: Mapping[str, str]  # fold, split, why


def write_movement_page(
    sources: Sources, named: Sequence[str], simulated: set[str], page: os.PathLike
) -> None:
    """Write the page of the trials `named`, or of the test trials kept worst, middling and best.

    Each trial goes through the tokenizer of the fold that tested its participant, or of the first
    fold. `simulated` names the cohorts that were not recorded.

    Raises `InputError` for a name that is no accepted trial, or tokens of another tokenizer.
    """
    accepted = read_accepted(sources.trials)
    check_named(named, accepted)
    places = _places(accepted, read_folds(sources.folds))
    shown = _read(sources, {id: places[id] for id in named or _tested_first(places)})
    if not named:
        shown = _telling(shown)
    entries = [_entry(item, item.trial.info["cohort"] in simulated) for item in shown]
    is_simulated = any(entry["simulated"] for entry in entries)
    write_page(page, TEMPLATE, STYLES, SCRIPTS, entries=entries, simulated=is_simulated)
    log.info("%d trials", len(entries))


def _places(accepted: pd.DataFrame, folds: pd.DataFrame) -> dict[str, dict[str, str]]:
    """The fold and split of each trial: where its participant was tested, else the first fold."""
    tested = folds[folds["split"] == "test"]
    chosen = pd.concat([tested, folds]).drop_duplicates("participant_id")
    chosen = chosen.set_index("participant_id")
    rows = chosen.loc[accepted["participant_id"], ["fold", "split"]].to_dict("records")
    return dict(zip(accepted["trial_id"], rows, strict=True))


def _tested_first(places: Mapping[str, Mapping]) -> list[str]:
    """The trials of the first fold's test participants, or all where nobody is tested."""
    tested = [trial for trial, place in places.items() if place["split"] == "test"]
    first = min((places[trial]["fold"] for trial in tested), default=None)
    return [trial for trial in tested if places[trial]["fold"] == first] or list(places)


def _read(sources: Sources, places: Mapping[str, Mapping]) -> list[Shown]:
    """The trials with the tokens of their fold, in the order of `places`."""
    wanted = {place["fold"] for place in places.values()}
    stored = {
        path.parent.parent.name: load_tokenizer(path)
        for path in map(Path, sources.tokenizers)
        if path.parent.parent.name in wanted
    }
    tokens = {}
    for fold, tokenizer in stored.items():
        own = [path for path in map(Path, sources.tokens) if path.parents[2].name == fold]
        table = read_own_tokens(tokenizer, own)
        tokens |= {
            (fold, id): codes for id, codes in zip(table.trial_ids, table.tokens, strict=True)
        }
    found = {}
    for trial in read_chosen(sources.joint_angles, set(places)):
        name = trial.info["trial_id"]
        fold = places[name]["fold"]
        place = {**places[name], "why": ""}
        found[name] = Shown(trial, tokens[fold, name], stored[fold], place)
    return [found[name] for name in places]


def _telling(shown: Sequence[Shown]) -> list[Shown]:
    """The trials whose angles the tokens keep worst, middling and best."""
    ordered = sorted(shown, key=lambda item: -_rmse_deg(_errors_deg(item)))
    chosen = {}
    for word, share in TELLING.items():
        item = ordered[round(share * (len(ordered) - 1))]
        why = f"the {word} of {len(ordered)} trials by what the tokens keep"
        chosen.setdefault(
            item.trial.info["trial_id"], item._replace(place={**item.place, "why": why})
        )
    return list(chosen.values())


def _takes(item: Shown) -> tuple[np.ndarray, np.ndarray]:
    """Angles (T, 34) in rad as recorded and as decoded, up to the end of the last token."""
    decoded = decode_trial(item.tokenizer, item.tokens)[: len(item.trial.frames)]
    return item.trial.frames[: len(decoded)], decoded


def _errors_deg(item: Shown) -> np.ndarray:
    """The error (T, 34) of each angle; NaN where it is not recorded or does not move in training."""
    recorded, decoded = _takes(item)
    return np.where(item.tokenizer.statistics.live, np.rad2deg(decoded - recorded), np.nan)


def _rmse_deg(errors_deg: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean(np.square(errors_deg))))


def _entry(item: Shown, is_simulated: bool) -> dict:
    """What the template shows of a trial."""
    recorded, decoded = _takes(item)
    tokenizer, info = item.tokenizer, item.trial.info
    errors_deg = _errors_deg(item)
    frames_per_token = tokenizer.cfg["downsampling"] / tokenizer.model.tokens_per_step
    original = "as simulated" if is_simulated else "as recorded"
    still = [n for n, live in zip(JOINT_NAMES, tokenizer.statistics.live, strict=True) if not live]
    return {
        "trial": info["trial_id"],
        "participant": info["participant_id"],
        **item.place,
        "simulated": is_simulated,
        "original": original,
        "duration_s": number(len(item.trial.frames) / tokenizer.frame_rate_hz, 1),
        "n_tokens": len(item.tokens),
        "n_codes": tokenizer.model.vocabulary_size,
        "frames_per_token": frames_per_token,
        "n_left": len(item.trial.frames) - len(decoded),
        "rmse_deg": number(_rmse_deg(errors_deg), 1),
        "missing": [words(joint) for joint in info["missing_joints"]],
        "rows": _rows(recorded, decoded, errors_deg),
        "motion": motion(
            {original: recorded, KEPT: decoded},
            tokenizer.frame_rate_hz,
            item.tokens,
            frames_per_token,
            unknown=info["missing_joints"],
            hidden=still,
        ),
    }


def _rows(recorded: np.ndarray, decoded: np.ndarray, errors_deg: np.ndarray) -> list[list[str]]:
    """Of each joint: its name, its range as recorded and as kept, and the error; in degrees."""
    rows = []
    for index, joint in enumerate(JOINT_NAMES):
        if np.isnan(errors_deg[:, index]).all():
            continue
        ranges = [_range(angles[:, index]) for angles in (recorded, decoded)]
        rows.append([words(joint), *ranges, number(_rmse_deg(errors_deg[:, index]), 1)])
    return rows


def _range(angles_rad: np.ndarray) -> str:
    low, high = np.rad2deg([np.min(angles_rad), np.max(angles_rad)])
    return f"{number(low, 0)} to {number(high, 0)}"
