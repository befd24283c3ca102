"""A model to talk to: open it, choose a movement, ask.

chat = open_chat("results/holdout/models/tiny-all/seed-0")
answer = chat.ask(chat.trial("S002_T01"), "How fast does this person walk?")
print(answer.found)
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
import yaml

from biomechgpt.chat.answers import (
    Answer,
    NormalRange,
    checked,
    read_number,
    read_options,
    warnings_of,
)
from biomechgpt.chat.own_file import OwnFile, Reading, read_own_file
from biomechgpt.chat.run import ChatTrial, Run, askable, open_folders, read_run_trial, run_of
from biomechgpt.chat.topics import Topics
from biomechgpt.errors import InputError
from biomechgpt.evaluation.tables import read_table
from biomechgpt.language_model.examples import Prompts
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.prediction import predict
from biomechgpt.language_model.streaming import prompts_of, stream_text
from biomechgpt.questions.calibration import UNCALIBRATED, Calibration, read_calibration
from biomechgpt.questions.tasks import only_if
from biomechgpt.report.model_card import calibration_of
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.storage import load_tokenizer

PROJECT = Path(__file__).parents[3]


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
        self.calibration = _calibration(folder, run, self.described)
        self.topics = _topics(self.described)
        self.normal = _normal_ranges(self.described["tasks"])
        self.reading = _reading()
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
        tokenizer = self.folder / "motion_tokenizer"
        return read_own_file(path, name or path.name, tokenizer, self.reading)

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
        itself, which might hold anything.
        """
        meant = self.topics.meant(checked(question))
        lines = warnings_of(self.described["simulated"], trial.split)
        said = Answer(trial.name, question, None, meant.sureness, "", "", None, False, "", lines)
        if meant.task is None:
            yield said
            return
        asked_as, tokens, text = self.questions()[meant.task], self.tokens(trial), ""
        prompts = prompts_of(self.loaded, tokens, asked_as)
        if prompts.motion_tokens_cut:
            lines = [self._what_is_read(tokens, prompts), *lines]
        with self.one_at_a_time:
            for text in stream_text(self.loaded, prompts):
                yield text
            said = said._replace(task=meant.task, asked_as=asked_as, text=text, warnings=lines)
            yield self._measured(said, tokens)

    def _what_is_read(self, tokens: np.ndarray, prompts: Prompts) -> str:
        described = self.described
        frames_per_token = described["downsampling"] / described["tokens_per_step"]
        token_s = frames_per_token / described["frame_rate_hz"]
        read_s = token_s * (len(tokens) - prompts.motion_tokens_cut)
        return f"The model reads the first {read_s:.1f} of {token_s * len(tokens):.1f} s."

    def _measured(self, answer: Answer, tokens: np.ndarray) -> Answer:
        """`answer` with its probabilities or its interval."""
        task = self.described["tasks"][answer.task]
        options = task["options"] if task["kind"] == "classification" else []
        asked = {"trial_id": "it", "task": answer.task, "kind": task["kind"]}
        asked |= {"question": answer.asked_as, "options": options}
        (row,) = predict(
            self.loaded, pd.DataFrame([asked]), {"it": tokens}, self.described["tasks"]
        )
        calibration = self.calibration.get(answer.task, UNCALIBRATED)
        if options:
            found = read_options(row, calibration)
        else:
            found = read_number(row, task, calibration, self.normal.get(answer.task))
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
    table = run.folder / "tables" / "calibration.csv"
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


def _reading() -> Reading:
    """How config.yaml of this project has motion files read."""
    config = yaml.safe_load((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    folders = [PROJECT / "resources" / name for name in ("coordinate_maps", "skeletons")]
    maps = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return Reading(maps, config["ingest"], config["motion"])


def _resource(name: str) -> dict:
    return yaml.safe_load((PROJECT / "resources" / name).read_text(encoding="utf-8"))
