"""Answer questions with a fine-tuned model: probabilities of options, numbers, and free text."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from biomechgpt.errors import InputError
from biomechgpt.job import PROGRESS
from biomechgpt.language_model import scoring
from biomechgpt.language_model.answer_parsing import normalised, parse_number, parse_option
from biomechgpt.language_model.examples import Prompts, answer_end, answer_ids
from biomechgpt.language_model.model_folder import LoadedModel, check_tokens, load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.motion_reading import read_motions
from biomechgpt.language_model.numbers import quantiles, values
from biomechgpt.language_model.showings import shown
from biomechgpt.questions.predictions import write_predictions
from biomechgpt.questions.questions_file import read_questions
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.video_section import Showing, shown_name
from biomechgpt.tokenizer.tokens import read_tokens
from biomechgpt.video.scaled_videos import read_scaled

MAX_NEW_TOKENS = 24
TOKENS_A_BATCH = 12_000
log = logging.getLogger(__name__)
progress = logging.getLogger(PROGRESS)


class TrialQuestions(NamedTuple):
    """The questions about one trial: their rows in the questions table, and what the model reads."""

    questions: list[dict]
    prompts: Prompts
    tree: scoring.TokenTree


@torch.inference_mode()
def predict(
    loaded: LoadedModel, questions: pd.DataFrame, motions: Mapping[str, MotionInput]
) -> list[dict]:
    """Answer every row of `questions` from what stands in `motions` by trial id.

    Returns:
        The rows of `questions`, each with `answer, parsed, number, number_mean, number_median,
        number_low, number_high, probabilities` (`questions.predictions.SCHEMA`).

    Raises:
        InputError: A trial has no tokens, or two options of a task cannot be told apart.
    """
    for task in questions["task"].unique():
        check_options(task, loaded.description.tasks[task])
    rows, started_s = [], time.monotonic()
    for batch in _batches(loaded, questions, motions):
        rows += _answer(loaded, batch)
        spent_s = time.monotonic() - started_s
        left_s = spent_s / len(rows) * (len(questions) - len(rows))
        progress.info(
            f"{len(rows)} of {len(questions)} questions, {left_s:.0f} s left",
            extra={"share": len(rows) / len(questions)},
        )
    n_unreadable = sum(_is_unreadable(row) for row in rows)
    log.info(f"{n_unreadable} of {len(rows)} free-text answers cannot be read and count as wrong")
    return rows


def check_options(name: str, task: QuestionSettings) -> None:
    """Raise InputError where two options of a task read the same."""
    options = [normalised(option) for option in task.options]
    if len(set(options)) < len(options):
        raise InputError(f"tasks.{name}.options: two options differ only in case or punctuation.")


def _is_unreadable(row: dict) -> bool:
    return row["parsed"] is None if row["kind"] == "classification" else np.isnan(row["number"])


def _batches(
    loaded: LoadedModel, questions: pd.DataFrame, motions: Mapping[str, MotionInput]
) -> Iterator[list[TrialQuestions]]:
    """Trials of similar length together, at most TOKENS_A_BATCH tokens with their padding."""
    first_of_task = questions.drop_duplicates("task").to_dict("records")
    candidates = {row["task"]: _candidates(loaded, row) for row in first_of_task}
    trials = [
        _trial_questions(loaded, rows.to_dict("records"), _motion(trial_id, motions), candidates)
        for trial_id, rows in questions.groupby("trial_id", sort=True)
    ]
    batch: list[TrialQuestions] = []
    for trial in sorted(trials, key=lambda trial: len(trial.tree.input_ids)):
        if batch and len(trial.tree.input_ids) * (len(batch) + 1) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(trial)
    if batch:
        yield batch


def _trial_questions(
    loaded: LoadedModel,
    questions: list[dict],
    motion: MotionInput,
    candidates: dict[str, list[list[int]]],
) -> TrialQuestions:
    texts = [question["question"] for question in questions]
    prompts = loaded.prompts(motion, texts)
    answers = [candidates[question["task"]] for question in questions]
    tree = scoring.trial_tree(prompts.motion, prompts.questions, answers)
    return TrialQuestions(questions, prompts, tree)


def _motion(trial_id: str, motions: Mapping[str, MotionInput]) -> MotionInput:
    if trial_id not in motions:
        raise InputError(
            f"No tokens for trial {trial_id}: tokenise the motions of this fold again."
        )
    return motions[trial_id]


def _candidates(loaded: LoadedModel, question: dict) -> list[list[int]]:
    """Token ids that are scored: options and whole numbers to their end of turn, beginnings as such.

    Without its end of turn "10" would get the probability of "104" as well.
    """
    if question["kind"] == "classification":
        return [answer_ids(loaded.tokenizer, option) for option in question["options"]]
    numbers = loaded.description.possible_numbers.get(question["task"], [])
    ids = [(number, answer_ids(loaded.tokenizer, number)) for number in numbers]
    return [number_ids[:-1] if "." in number else number_ids for number, number_ids in ids]


def _answer(loaded: LoadedModel, batch: Sequence[TrialQuestions]) -> list[dict]:
    """The prediction rows of all questions of a batch."""
    scores = scoring.score(
        loaded.model,
        [trial.tree for trial in batch],
        loaded.tokenizer.pad_token_id,
        answer_end(loaded.tokenizer).stop_id,
        MAX_NEW_TOKENS,
    )
    return [
        _prediction(loaded, question, score)
        for trial, trial_scores in zip(batch, scores, strict=True)
        for question, score in zip(trial.questions, trial_scores, strict=True)
    ]


def _prediction(loaded: LoadedModel, question: dict, score: scoring.QuestionScore) -> dict:
    """The row of a question in the table of predictions."""
    task = loaded.description.tasks[question["task"]]
    read = _read_option if task.kind == "classification" else _read_number
    text = loaded.tokenizer.decode(score.text, skip_special_tokens=True).strip()
    probabilities = torch.tensor(score.log_probabilities, dtype=torch.float64).softmax(-1).numpy()
    return {**question, **read(loaded, task, question, text, probabilities)}


def _read_option(
    loaded: LoadedModel,
    task: QuestionSettings,
    question: dict,
    text: str,
    probabilities: np.ndarray,
) -> dict:
    nan = float("nan")
    return {
        "answer": text,
        "parsed": parse_option(text, question["options"]),
        "number": nan, "number_mean": nan, "number_median": nan, "number_low": nan, "number_high": nan,
        "probabilities": probabilities.tolist(),
    }  # fmt: skip


def _read_number(
    loaded: LoadedModel,
    task: QuestionSettings,
    question: dict,
    text: str,
    probabilities: np.ndarray,
) -> dict:
    beginnings = loaded.description.possible_numbers.get(question["task"], [])
    numbers = values(beginnings, task.decimals)
    mean = low = median = high = float("nan")
    if len(numbers):
        mean = float(numbers @ probabilities)
        low, median, high = quantiles(numbers, probabilities)
    return {
        "answer": text,
        "parsed": None,
        "number": parse_number(text, task.unit),
        "number_mean": mean, "number_median": median, "number_low": low, "number_high": high,
        "probabilities": [],
    }  # fmt: skip


def predict_file(
    folder: Path,
    tokens: Sequence[Path],
    questions: Path,
    output: Path,
    splits: Sequence[str],
    features: Path | None = None,
    videos: Path | None = None,
    showing: Showing | None = None,
) -> None:
    """Ask the model in `folder` the questions of `splits` and write the table of predictions.

    `features` are those of the model's motion encoder, `videos` the scaled ones of the fold; None where
    it reads none. `showing`: the trials that have a video are asked of once more, as `showings.shown`
    says, and the answers are those of a variant of its own.

    Raises:
        InputError: Tokens or features come from another tokenizer or encoder than the model's own.
    """
    loaded = load_model(folder)
    table = read_tokens(tokens)
    check_tokens(table.metadata, loaded.description.tokenizer_sha256, f"the model {folder}")
    views = read_motions(loaded.description.motion, table, features, loaded.motion_encoder)
    if videos is not None:
        views = loaded.with_videos(views, read_scaled(videos, loaded.videos))
    motions = {trial_id: both.recorded for trial_id, both in views.items()}
    run = {key: getattr(loaded.description, key) for key in ("fold", "variant", "seed")}
    rows_asked = read_questions(questions, splits)
    rows_asked = rows_asked[rows_asked["task"].isin(loaded.description.tasks)]
    if showing is not None:
        motions = shown(motions, showing, rows_asked)
        run["variant"] = shown_name(run["variant"], showing)
        rows_asked = rows_asked[rows_asked["trial_id"].isin(motions)]
    rows = predict(loaded, rows_asked, motions)
    write_predictions(output, [{**row, **run, "options": list(row["options"])} for row in rows])
