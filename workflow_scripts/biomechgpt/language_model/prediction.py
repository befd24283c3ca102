"""Answer questions with a fine-tuned model: option probabilities, free text, numbers."""

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from biomechgpt.errors import InputError
from biomechgpt.job import PROGRESS
from biomechgpt.language_model import scoring
from biomechgpt.language_model.answers import normalised, parse_number, parse_option
from biomechgpt.language_model.examples import (
    END_OF_TURN,
    Prompts,
    answer_ids,
    encode_prompts,
)
from biomechgpt.language_model.model_folder import Model, check_tokens, load_model
from biomechgpt.language_model.numbers import quantiles, values
from biomechgpt.questions.predictions import write_predictions
from biomechgpt.questions.questions_file import read_questions
from biomechgpt.tokenizer.tokens import read_tokens

MAX_NEW_TOKENS = 24
RESERVED_FOR_ANSWER = 64
TOKENS_A_BATCH = 12_000
log = logging.getLogger(__name__)
progress = logging.getLogger(PROGRESS)


class Trial(NamedTuple):
    """What is asked about one trial: rows of the questions table, and their prompts."""

    questions: list[dict]
    prompts: Prompts
    row: scoring.Row


@torch.inference_mode()
def predict(
    loaded: Model, questions: pd.DataFrame, motions: dict[str, np.ndarray], tasks: dict
) -> list[dict]:
    """Answer every row of `questions`; the rows of the predictions table without its run columns.

    `motions` are tokens by trial id, `tasks` the config's. Each row has `answer, parsed, number,
    number_mean, number_median, number_low, number_high, probabilities` beside what the question says.
    """
    for task in questions["task"].unique():
        check_options(task, tasks[task])
    rows, started_s = [], time.monotonic()
    for batch in _batches(loaded, questions, motions):
        rows += _answer(loaded, tasks, batch)
        spent_s = time.monotonic() - started_s
        left_s = spent_s / len(rows) * (len(questions) - len(rows))
        progress.info(
            f"{len(rows)} of {len(questions)} questions, {left_s:.0f} s left",
            extra={"share": len(rows) / len(questions)},
        )
    unread = sum(_unread(row) for row in rows)
    log.info(f"{unread} of {len(rows)} free-text answers could not be read and count as wrong")
    return rows


def check_options(task: str, cfg: dict) -> None:
    """InputError where two options of a task read the same."""
    said = [normalised(option) for option in cfg.get("options", [])]
    if len(set(said)) < len(said):
        raise InputError(f"tasks.{task}.options: two options differ only in case or punctuation.")


def _unread(row: dict) -> bool:
    return row["parsed"] is None if row["kind"] == "classification" else np.isnan(row["number"])


def _batches(
    loaded: Model, questions: pd.DataFrame, motions: dict[str, np.ndarray]
) -> Iterator[list[Trial]]:
    """Trials with their questions, similar lengths together, at most TOKENS_A_BATCH at once."""
    first_of_task = questions.drop_duplicates("task").to_dict("records")
    candidates = {row["task"]: _candidates(loaded, row) for row in first_of_task}
    trials = [
        _trial(loaded, of_trial.to_dict("records"), _motion_of(trial_id, motions), candidates)
        for trial_id, of_trial in questions.groupby("trial_id", sort=True)
    ]
    batch: list[Trial] = []
    for trial in sorted(trials, key=lambda trial: len(trial.row.input_ids)):
        if batch and len(trial.row.input_ids) * (len(batch) + 1) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(trial)
    if batch:
        yield batch


def _trial(
    loaded: Model, asked: list[dict], tokens: np.ndarray, candidates: dict[str, list[list[int]]]
) -> Trial:
    prompts = encode_prompts(
        loaded.tokenizer,
        tokens,
        [row["question"] for row in asked],
        loaded.description["max_length"],
        RESERVED_FOR_ANSWER,
    )
    of_asked = [candidates[row["task"]] for row in asked]
    row = scoring.trial_row(prompts.motion_ids, prompts.questions, of_asked)
    return Trial(asked, prompts, row)


def _motion_of(trial_id: str, motions: dict[str, np.ndarray]) -> np.ndarray:
    if trial_id not in motions:
        raise InputError(
            f"No tokens for trial {trial_id}: tokenise the motions of this fold again."
        )
    return motions[trial_id]


def _candidates(loaded: Model, row: dict) -> list[list[int]]:
    """What is scored: options and whole numbers to their end of turn, or how other numbers begin.

    Without its end of turn "10" would take the share of "104".
    """
    if row["kind"] == "classification":
        return [answer_ids(loaded.tokenizer, option) for option in row["options"]]
    numbers = loaded.description["possible_numbers"].get(row["task"], [])
    ended = [(number, answer_ids(loaded.tokenizer, number)) for number in numbers]
    return [ids[:-1] if "." in number else ids for number, ids in ended]


def _answer(loaded: Model, tasks: dict, batch: Sequence[Trial]) -> list[dict]:
    """The answers to all questions of a batch."""
    of_trials = scoring.score(
        loaded.model,
        [trial.row for trial in batch],
        loaded.tokenizer.pad_token_id,
        loaded.tokenizer.convert_tokens_to_ids(END_OF_TURN),
        MAX_NEW_TOKENS,
    )
    scored = [found for of_trial in of_trials for found in of_trial]
    asked = [question for trial in batch for question in trial.questions]
    return [
        _read(loaded, tasks[question["task"]], question, found)
        for question, found in zip(asked, scored, strict=True)
    ]


def _read(loaded: Model, task: dict, question: dict, found: scoring.Scored) -> dict:
    """A row of the predictions from the scores of a question and its text."""
    read = _read_option if task["kind"] == "classification" else _read_number
    text = loaded.tokenizer.decode(found.text, skip_special_tokens=True).strip()
    shares = torch.tensor(found.log_probabilities, dtype=torch.float64).softmax(-1).numpy()
    return {**question, **read(loaded, task, question, text, shares)}


def _read_option(loaded: Model, task: dict, row: dict, text: str, shares: np.ndarray) -> dict:
    nan = float("nan")
    return {
        "answer": text,
        "parsed": parse_option(text, row["options"]),
        "number": nan, "number_mean": nan, "number_median": nan, "number_low": nan, "number_high": nan,
        "probabilities": shares.tolist(),
    }  # fmt: skip


def _read_number(loaded: Model, task: dict, row: dict, text: str, shares: np.ndarray) -> dict:
    beginnings = loaded.description["possible_numbers"].get(row["task"], [])
    numbers = values(beginnings, task["decimals"])
    mean = low = median = high = float("nan")
    if len(numbers):
        mean = float(numbers @ shares)
        low, median, high = quantiles(numbers, shares)
    return {
        "answer": text,
        "parsed": None,
        "number": parse_number(text, task["unit"]),
        "number_mean": mean, "number_median": median, "number_low": low, "number_high": high,
        "probabilities": [],
    }  # fmt: skip


def predict_file(
    folder: Path, tokens: Sequence[Path], questions: Path, output: Path, splits: Sequence[str]
) -> None:
    """Ask the model in `folder` the questions of `splits` and write the predictions table.

    InputError where the tokens come from another motion tokenizer than the model's own.
    """
    loaded = load_model(folder)
    table = read_tokens(tokens)
    check_tokens(table.metadata, loaded.description["tokenizer_sha256"], f"the model {folder}")
    tasks = loaded.description["tasks"]
    chosen = read_questions(questions, splits)
    chosen = chosen[chosen["task"].isin(tasks)]
    motions = dict(zip(table.trial_ids, table.tokens, strict=True))
    run = {key: loaded.description[key] for key in ("fold", "variant", "seed")}
    rows = predict(loaded, chosen, motions, tasks)
    write_predictions(output, [{**row, **run, "options": list(row["options"])} for row in rows])
