"""Ask a model about a movement.

chat = open_chat("results/holdout/models/tiny-all/seed-0")
answer = chat.ask(chat.trial("S002_T01"), "How fast does this person walk?")
print(answer.estimate)
"""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from threading import Lock

import numpy as np
import yaml

from biomechgpt.body.measured_labels import measured_label, measured_labels
from biomechgpt.chat import route as wanted
from biomechgpt.chat.answers import (
    BODY_ALONE,
    Answer,
    Number,
    checked,
    named_option_sentence,
    normal_ranges,
    warnings_of,
)
from biomechgpt.chat.certainty import calibration_of_run, certainty_sentences, reliability_of_run
from biomechgpt.chat.leaving_out import without_stretches
from biomechgpt.chat.measured_replies import MeasuredReplies
from biomechgpt.chat.model_router import router_of_model
from biomechgpt.chat.own_file import OWN_FILE, OwnFile, read_own_file
from biomechgpt.chat.route import OF_AN_ANSWER, Route
from biomechgpt.chat.run_trials import ChatTrial, Run, open_folders, read_run_trial
from biomechgpt.errors import InputError
from biomechgpt.features.normal_gait import read_normal_gait
from biomechgpt.language_model.askable_model import ask_in_turn, open_model
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.language_model.examples import Prompts
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.streaming import stream_text
from biomechgpt.questions.calibration import (
    number_estimate,
    option_estimate,
)
from biomechgpt.questions.conditions import earlier_tasks
from biomechgpt.questions.gates import NO
from biomechgpt.questions.tasks import only_if
from biomechgpt.recordings.recording import Reading, reading_with
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.reading_settings import load_reading_settings
from biomechgpt.video.clips import read_clip
from biomechgpt.video.feature_sidecars import VideoError

RESOURCES = files("biomechgpt") / "resources"


def open_chat(model: os.PathLike, run: os.PathLike | None = None) -> "Chat":
    """Open a model folder, fine-tuned or published, and the run whose trials are asked about.

    `run` is a results folder; without it, it is the one that the model lies in, if any. A model
    without a run can be asked about the user's own files.

    Raises:
        InputError: One of the folders is incomplete or damaged.
    """
    return Chat(*open_folders(model, run))


class Chat:
    """A model with its calibration, its tasks and maybe a run. Safe to use from several threads."""

    def __init__(self, folder: Path, run: Run | None):
        self.folder, self.run = folder, run
        self.model = open_model(folder)
        if not self.model.calibrations:
            calibrations = calibration_of_run(folder, run, self.description)
            self.model = self.model._replace(calibrations=calibrations)
        words, examples = _resource("chat_words.yaml"), _resource("chat_questions.yaml")
        self.router = router_of_model(self.description, words, examples)
        self.normal_ranges = normal_ranges(self.description.tasks, _resource("normal_ranges.yaml"))
        self.reliability = reliability_of_run(folder, run, self.description)
        self.measured = MeasuredReplies(
            read_normal_gait(RESOURCES / "normal_gait.yaml", RESOURCES / "normal_ranges.yaml"),
            words,
            self.description,
            self.reliability,
        )
        self.lock = Lock()  # one answer at a time

    @property
    def description(self) -> ModelDescription:
        """What the model folder says of its model."""
        return self.model.loaded.description

    def trial(self, name: str) -> ChatTrial:
        """A trial of the run; InputError where there is none of that name."""
        if self.run is None:
            raise InputError(
                f"{self.folder} lies in no finished run, so there is no trial {name!r}: name the run "
                "(--run results) or bring a file (--file)."
            )
        return read_run_trial(self.run, name)

    @cached_property
    def reading(self) -> tuple[Reading, MotionSettings]:
        """How the recordings that the model learnt from were read.

        Raises:
            InputError: The model was made by an earlier version, which did not write it down.
        """
        ingest, motion = load_reading_settings(self.folder / "motion_tokenizer")
        folders = [RESOURCES / name for name in ("coordinate_maps", "skeletons")]
        maps = [path for folder in folders for path in folder.glob("*.yaml")]
        return reading_with(maps, ingest), motion

    def read_file(self, path: os.PathLike, name: str | None = None) -> OwnFile:
        """A motion file of the user, called `name`, with its problems as the ingestion report has them."""
        path = Path(path)
        return read_own_file(path, name or path.name, self.model.motion_tokenizer, *self.reading)

    def motion(self, trial: ChatTrial) -> MotionInput:
        """What the model reads of a trial."""
        loaded = self.model.loaded
        return loaded.motion(self.codes(trial), trial.angles_rad, trial.clip, trial.name)

    def with_video(self, trial: ChatTrial, path: Path) -> ChatTrial:
        """`trial` with the features, or keypoints, of its video that lie at `path`, beside their sidecar.

        Raises:
            InputError: They cannot be used.
        """
        if self.description.video is None:
            raise InputError("This model reads no video: leave --video out.")
        duration_s = len(trial.angles_rad) / self.description.frame_rate_hz
        try:
            return trial._replace(
                clip=read_clip(path, path.parent, duration_s, self.description.video.view)
            )
        except VideoError as error:
            raise InputError(f"{path}: {error}") from None

    def codes(self, trial: ChatTrial) -> np.ndarray:
        """The motion tokens (n_tokens,) uint16 of a trial, made here where they are not on the disk."""
        if trial.tokens is not None:
            return trial.tokens
        return encode_trial(self.model.motion_tokenizer, trial.angles_rad)

    def questions(self) -> dict[str, str]:
        """The questions that can be asked, by task."""
        return self.description.askable

    def ask(self, trial: ChatTrial, question: str) -> Answer:
        """The whole answer to a question that follows no other; InputError where it is empty or too long."""
        *_, answer = self.stream(trial, question, self.router.route(checked(question)))
        return answer

    def stream(
        self, trial: ChatTrial, question: str, route: Route, other: ChatTrial | None = None
    ) -> Iterator[str | Answer]:
        """The model's text as it grows, then the whole answer; the answer alone where no task is meant.

        The model reads the first training phrasing of the task of `route`, never `question` itself,
        which might hold anything. What its own answers to earlier tasks exclude is not asked. Recorded
        labels are not looked at, so that a trial of the run is treated as a user's file is.
        """
        warnings = warnings_of(self.description.simulated, trial.split)
        if self.description.video and trial.clip is None:
            warnings = [BODY_ALONE, *warnings]
        answer = Answer(
            trial.name, question, None, route.task_probability, warnings=warnings, route=route
        )
        if route.task is None or route.intent not in OF_AN_ANSWER:
            yield self.measured.told(answer, trial, other)
            return
        motion, phrasing = self.motion(trial), self.questions()[route.task]
        prompts = self.model.loaded.prompts(motion, [phrasing])
        if prompts.motion.n_cut:
            warnings = [self._how_much_is_read(motion, prompts), *warnings]
        answer = answer._replace(task=route.task, asked_as=phrasing, warnings=warnings)
        with self.lock:
            answer = self._judge_own_file(answer, trial)
            row = self._ask_in_turn(route.task, motion)
            answer = answer._replace(applies=row["applies"], because=row["because"])
            if answer.applies != NO:
                for text in stream_text(self.model.loaded, prompts):
                    answer = answer._replace(text=text)
                    yield text
                answer = self._add_words(self._add_estimate(answer, row, trial), trial)
            yield answer

    def _add_words(self, answer: Answer, trial: ChatTrial) -> Answer:
        """`answer` with what the question wants besides: the option it names, why, or how sure."""
        match answer.route.intent:
            case wanted.SURE:
                return answer._replace(sentences=certainty_sentences(answer, self.reliability))
            case wanted.WHY:
                movement = trial._replace(tokens=self.codes(trial))
                changes = without_stretches(self.model, answer.task, movement)
                return self.measured.with_evidence(answer._replace(sensitivity=changes), trial)
        named = named_option_sentence(answer)
        return answer._replace(sentences=[named] if named else [])

    def _how_much_is_read(self, motion: MotionInput, prompts: Prompts) -> str:
        token_s = self.description.frames_per_token / self.description.frame_rate_hz
        n_codes = len(motion.codes)
        read_s = token_s * (n_codes - prompts.motion.n_cut)
        return f"The model reads the first {read_s:.1f} of {token_s * n_codes:.1f} s."

    def _judge_own_file(self, answer: Answer, trial: ChatTrial) -> Answer:
        """`answer` with the strangeness of a user's file and what is not promised about it."""
        if trial.split != OWN_FILE:
            return answer
        strangeness = self.model.strangeness(trial.angles_rad)
        no_promise = self.model.why_not_promised(strangeness)
        return answer._replace(strangeness=strangeness, no_promise=no_promise)

    def _ask_in_turn(self, task: str, motion: MotionInput) -> dict:
        """The predicted row of a task, asked after the tasks that tell whether it applies."""
        tasks = {task, *earlier_tasks(task, self.description.tasks)}
        rows = ask_in_turn(self.model, tasks, {"trial": motion})
        return next(row for row in rows if row["task"] == task)

    def _add_estimate(self, answer: Answer, row: Mapping, trial: ChatTrial) -> Answer:
        """`answer` with its probabilities or its number."""
        task = self.description.tasks[answer.task]
        calibration = self.model.calibration(answer.task, promised=not answer.no_promise)
        if task.kind == "classification":
            estimate = option_estimate(row, calibration)
        else:
            labels = measured_labels(trial.angles_rad, self.description.frame_rate_hz)
            measured = measured_label(labels, task.label, task.unit)
            estimate = Number(
                *number_estimate(row, calibration),
                unit=task.unit,
                decimals=task.decimals,
                normal=self.normal_ranges.get(answer.task),
                measured=None if np.isnan(measured) else measured,
            )
        calibrated = answer.task in self.model.calibrations
        return answer._replace(estimate=estimate, calibrated=calibrated, only_if=only_if(task))


def _resource(name: str) -> dict:
    return yaml.safe_load((RESOURCES / name).read_text(encoding="utf-8"))
