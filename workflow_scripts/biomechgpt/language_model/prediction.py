"""Answer questions with a fine-tuned model: option probabilities, free text, numbers."""

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from biomechgpt.errors import InputError
from biomechgpt.language_model import scoring
from biomechgpt.language_model.answers import normalised, parse_number, parse_option
from biomechgpt.language_model.examples import END_OF_TURN, answer_ids, encode_prompt
from biomechgpt.language_model.model_folder import Model, check_tokens, load_model
from biomechgpt.questions.predictions import write_predictions
from biomechgpt.tokenizer.tokens import read_tokens

MAX_NEW_TOKENS = 24
RESERVED_FOR_ANSWER = 64
TOKENS_A_BATCH = 12_000
INTERVAL = (0.05, 0.95)
log = logging.getLogger(__name__)


@torch.inference_mode()
def predict(
    loaded: Model, questions: pd.DataFrame, motions: dict[str, np.ndarray], tasks: dict
) -> list[dict]:
    """Answer every row of `questions`; the rows of the predictions table without its run columns.

    `motions` are tokens by trial id, `tasks` the config's. Each row has `answer, parsed, number,
    number_mean, number_low, number_high, probabilities` beside what the question says.
    """
    rows, started_s = [], time.monotonic()
    for task, of_task in questions.groupby("task", sort=True):
        check_options(task, tasks[task])
        for batch in _batches(loaded, of_task, motions):
            rows += _answer(loaded, tasks[task], batch)
        spent_s = time.monotonic() - started_s
        log.info(
            f"{task}: {len(of_task)} questions, {len(rows)} of {len(questions)}, {spent_s:.0f} s"
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
) -> Iterator[list[tuple[dict, list[int]]]]:
    """Questions with their prompts, similar lengths together, at most TOKENS_A_BATCH at once."""
    max_length = loaded.description["max_length"]
    asked = []
    for row in questions.to_dict("records"):
        tokens = _motion_of(row["trial_id"], motions)
        prompt = encode_prompt(
            loaded.tokenizer, tokens, row["question"], max_length, RESERVED_FOR_ANSWER
        )
        asked.append((row, prompt.input_ids))
    asked.sort(key=lambda pair: len(pair[1]))
    batch: list = []
    for pair in asked:
        if batch and len(pair[1]) * (len(batch) + 1) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(pair)
    if batch:
        yield batch


def _motion_of(trial_id: str, motions: dict[str, np.ndarray]) -> np.ndarray:
    if trial_id not in motions:
        raise InputError(
            f"No tokens for trial {trial_id}: tokenise the motions of this fold again."
        )
    return motions[trial_id]


def _answer(loaded: Model, task: dict, batch: Sequence[tuple[dict, list[int]]]) -> list[dict]:
    tokenizer, pad_id = loaded.tokenizer, loaded.tokenizer.pad_token_id
    prefilled = scoring.prefill(loaded.model, [prompt for _, prompt in batch], pad_id)
    candidates = _candidates(loaded, batch[0][0])
    scores = [None] * len(batch)
    if candidates:
        scored = scoring.score_options(loaded.model, prefilled, candidates, pad_id)
        scores = scored.double().softmax(-1).cpu().numpy()
    stop_id = tokenizer.convert_tokens_to_ids(END_OF_TURN)
    written = scoring.generate(loaded.model, prefilled, stop_id, MAX_NEW_TOKENS)
    texts = [tokenizer.decode(ids, skip_special_tokens=True).strip() for ids in written]
    read = _read_option if task["kind"] == "classification" else _read_number
    return [
        {**row, **read(loaded, task, row, text, shares)}
        for (row, _), text, shares in zip(batch, texts, scores, strict=True)
    ]


def _candidates(loaded: Model, row: dict) -> list[list[int]]:
    """What is scored, to its end of turn: the options, or the numbers of the training answers.

    Without the end of turn "10" would take the share of "104".
    """
    numbers = loaded.description["training_numbers"].get(row["task"], [])
    answers = row["options"] if row["kind"] == "classification" else numbers
    return [answer_ids(loaded.tokenizer, answer) for answer in answers]


def _read_option(loaded: Model, task: dict, row: dict, text: str, shares: np.ndarray) -> dict:
    nan = float("nan")
    return {
        "answer": text,
        "parsed": parse_option(text, row["options"]),
        "number": nan, "number_mean": nan, "number_low": nan, "number_high": nan,
        "probabilities": shares.tolist(),
    }  # fmt: skip


def _read_number(loaded: Model, task: dict, row: dict, text: str, shares: np.ndarray) -> dict:
    numbers = np.array(loaded.description["training_numbers"].get(row["task"], []), float)
    mean = low = high = float("nan")
    if len(numbers):
        mean = float(numbers @ shares)
        low, high = quantiles(numbers, shares)
    return {
        "answer": text,
        "parsed": None,
        "number": parse_number(text, task["unit"]),
        "number_mean": mean, "number_low": low, "number_high": high,
        "probabilities": [],
    }  # fmt: skip


def quantiles(numbers: np.ndarray, shares: np.ndarray) -> tuple[float, float]:
    """The 5 % and 95 % quantiles of a distribution over sorted `numbers`."""
    reached = np.searchsorted(np.cumsum(shares), INTERVAL).clip(max=len(numbers) - 1)
    return float(numbers[reached[0]]), float(numbers[reached[1]])


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


def read_questions(path: Path, splits: Sequence[str]) -> pd.DataFrame:
    """The questions of `splits`; InputError where there are none."""
    questions = pd.read_parquet(path)
    chosen = questions[questions["split"].isin(splits)]
    if chosen.empty:
        raise InputError(
            f"{path}: no questions of {' or '.join(splits)}; look at folds.tsv and labels."
        )
    return chosen
