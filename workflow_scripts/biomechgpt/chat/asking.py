"""A model to talk to: open it, choose a movement, ask.

chat = open_chat("results/holdout/models/tiny-all/seed-0")
answer = chat.ask(chat.trial("S002_T01"), "How fast does this person walk?")
print(answer.found)
"""

import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
import yaml

from biomechgpt.body.measured_labels import measured_label, measured_labels
from biomechgpt.chat.answers import (
    Answer,
    NormalRange,
    checked,
    read_number,
    read_options,
    warnings_of,
)
from biomechgpt.chat.own_file import OWN_FILE, OwnFile, read_own_file
from biomechgpt.chat.run import ChatTrial, Run, askable, open_folders, read_run_trial, run_of
from biomechgpt.chat.topics import Topics
from biomechgpt.errors import InputError
from biomechgpt.evaluation.tables import read_table
from biomechgpt.language_model.asking_in_turn import ask_in_turn
from biomechgpt.language_model.coverage import why_not_promised, without_promise
from biomechgpt.language_model.examples import Prompts
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.streaming import prompts_of, stream_text
from biomechgpt.questions.calibration import UNCALIBRATED, Calibration, read_calibration
from biomechgpt.questions.conditions import earlier_tasks
from biomechgpt.questions.gates import NO
from biomechgpt.questions.tasks import only_if, options_of
from biomechgpt.recordings.recording import Reading, reading_with
from biomechgpt.report.model_card import calibration_of
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.strangeness import load_familiar, strangeness

RESOURCES = files("biomechgpt") / "resources"


def open_chat(model: os.PathLike, run: os.PathLike | None = None) -> "Chat":
    """Open a model folder, fine-tuned or published, and the run whose trials are asked about.

    `run` is a results folder; without it the one that the model lies in, or none at all: own files can
    be asked about in any case. InputError where one of them is not whole.
    """
    return Chat(*open_folders(model, run))


class Chat:
    """A model with its motion tokenizer, calibration and tasks. Safe to use from several threads."""

    def __init__(self, folder: Path, run: Run | None):
        self.folder, self.run = folder, run
        self.loaded = load_model(folder)
        self.described = self.loaded.description
        self.tokenizer = load_tokenizer(folder / "motion_tokenizer")
        self.familiar = load_familiar(folder / "motion_tokenizer")
        self.calibration = _calibration(folder, run, self.described)
        self.topics = _topics(self.described)
        self.normal = _normal_ranges(self.described["tasks"])
        self.reading, self.motion = _reading(self.tokenizer)
        self.one_at_a_time = Lock()

    def trial(self, name: str) -> ChatTrial:
        """A trial of the run; InputError where there is none of that name."""
        if self.run is None:
            raise InputError(
                f"{self.folder} lies in no finished run, so there is no trial {name!r}: name the run "
                "(--run results) or bring a file (--file)."
            )
        return read_run_trial(self.run, name)

    def read_file(self, path: os.PathLike, name: str | None = None) -> OwnFile:
        """An own motion file, called `name`; its problems as the ingestion report words them."""
        path = Path(path)
        return read_own_file(path, name or path.name, self.tokenizer, self.reading, self.motion)

    def tokens(self, trial: ChatTrial) -> np.ndarray:
        """The motion tokens (n_tokens,) uint16 that the model reads."""
        made = trial.tokens
        return encode_trial(self.tokenizer, trial.angles_rad) if made is None else made

    def questions(self) -> dict[str, str]:
        """What can be asked: a question of each task, without numbers that training never saw."""
        return askable(self.described)

    def ask(self, trial: ChatTrial, question: str) -> Answer:
        """The whole answer. InputError where there is no question, or it is too long."""
        *_, answer = self.stream(trial, question)
        return answer

    def stream(self, trial: ChatTrial, question: str) -> Iterator[str | Answer]:
        """The model's text as it grows, then the whole answer; of a question outside only that.

        The model reads the first training phrasing of the task that `question` means, never `question`
        itself, which might hold anything. What its own answers to earlier tasks exclude is not asked;
        recorded labels are not looked at, so that a trial of the run is treated as an own file is.
        """
        meant = self.topics.meant(checked(question))
        lines = warnings_of(self.described["simulated"], trial.split)
        said = Answer(trial.name, question, None, meant.sureness, "", "", None, False, "", lines)
        if meant.task is None:
            yield said
            return
        tokens, asked_as = self.tokens(trial), self.questions()[meant.task]
        said = said._replace(task=meant.task, asked_as=asked_as)
        prompts = prompts_of(self.loaded, tokens, asked_as)
        if prompts.motion_tokens_cut:
            said = said._replace(warnings=[self._what_is_read(tokens, prompts), *lines])
        with self.one_at_a_time:
            said = self._judged(said, trial)
            row = self._row(meant.task, tokens)
            said = said._replace(applies=row["applies"], because=row["because"])
            if said.applies != NO:
                for text in stream_text(self.loaded, prompts):
                    said = said._replace(text=text)
                    yield text
                said = self._answered(said, row, trial)
            yield said

    def _what_is_read(self, tokens: np.ndarray, prompts: Prompts) -> str:
        described = self.described
        frames_per_token = described["downsampling"] / described["tokens_per_step"]
        token_s = frames_per_token / described["frame_rate_hz"]
        read_s = token_s * (len(tokens) - prompts.motion_tokens_cut)
        return f"The model reads the first {read_s:.1f} of {token_s * len(tokens):.1f} s."

    def _judged(self, answer: Answer, trial: ChatTrial) -> Answer:
        """`answer` with what is said of an own file: how strange it is, and what is not promised."""
        if trial.split != OWN_FILE:
            return answer
        strange = None
        if self.familiar is not None:
            strange = strangeness(trial.angles_rad, self.tokenizer, self.familiar)
        reason = why_not_promised(self.described["simulated"], strange)
        return answer._replace(strangeness=strange, no_promise=reason)

    def _row(self, task: str, tokens: np.ndarray) -> dict:
        """The predicted row of a task, after those that say whether it applies."""
        tasks = self.described["tasks"]
        questions = [
            {"trial_id": "it", "task": name, "kind": tasks[name]["kind"]}
            | {"question": self.described["questions"][name], "options": options_of(tasks[name])}
            for name in (*earlier_tasks(task, tasks), task)
        ]
        motions = {"it": tokens}
        rows = ask_in_turn(self.loaded, pd.DataFrame(questions), motions, self.calibration)
        return next(row for row in rows if row["task"] == task)

    def _answered(self, answer: Answer, row: Mapping, trial: ChatTrial) -> Answer:
        """`answer` with its probabilities or its interval."""
        task = self.described["tasks"][answer.task]
        calibration = self.calibration.get(answer.task, UNCALIBRATED)
        if answer.no_promise:
            calibration = without_promise(calibration)
        if task["kind"] == "classification":
            found = read_options(row, calibration)
        else:
            labels = measured_labels(trial.angles_rad, self.described["frame_rate_hz"])
            measured = measured_label(labels, task["label"], task["unit"])
            measured = None if np.isnan(measured) else measured
            found = read_number(row, task, calibration, self.normal.get(answer.task), measured)
        return answer._replace(
            found=found,
            calibrated=answer.task in self.calibration,
            only_if=only_if(task),
        )


def _calibration(folder: Path, run: Run | None, described: Mapping) -> dict[str, Calibration]:
    """That of a published model, or what the run's evaluation found for this one; else none."""
    published = read_calibration(folder)
    if published or run is None or run.folder != run_of(folder):
        return published
    table = run.folder / "tables" / "calibration.parquet"
    if not table.is_file():
        return {}
    return calibration_of(read_table(table), described)


def _topics(described: Mapping) -> Topics:
    examples = _resource("chat_questions.yaml")
    known = described.get("phrasings", {})
    phrasings = {task: known.get(task, [text]) for task, text in askable(described).items()}
    return Topics(phrasings, examples["everyday"]["choose"], examples["outside"]["choose"])


def _normal_ranges(tasks: Mapping) -> dict[str, NormalRange]:
    """By task, for those whose label and unit are those of resources/normal_ranges.yaml."""
    known = _resource("normal_ranges.yaml")
    return {
        name: NormalRange(*(known[task["label"]][field] for field in NormalRange._fields))
        for name, task in tasks.items()
        if task["kind"] == "regression" and known.get(task["label"], {}).get("unit") == task["unit"]
    }


def _reading(tokenizer: StoredTokenizer) -> tuple[Reading, dict]:
    """How config.yaml of this project has motion files read, and its block `motion`."""
    config = yaml.safe_load(
        (RESOURCES.resolve().parent / "config.yaml").read_text(encoding="utf-8")
    )
    folders = [RESOURCES / name for name in ("coordinate_maps", "skeletons")]
    maps = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    own = {"frame_rate_hz": tokenizer.frame_rate_hz, "zero_joints": tokenizer.zero_joints}
    return reading_with(maps, config["ingest"]), config["motion"] | own


def _resource(name: str) -> dict:
    return yaml.safe_load((RESOURCES / name).read_text(encoding="utf-8"))
