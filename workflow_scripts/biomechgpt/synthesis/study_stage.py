"""The study of synthesis in one fold, from files to files."""

import logging
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from biomechgpt.baselines.rocket_features import decoded_angles
from biomechgpt.errors import InputError
from biomechgpt.evaluation.synthesis_names import DECODED, TEST, TRAINING
from biomechgpt.files import replacing
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.synthesis import synthetic_measures as measures
from biomechgpt.synthesis.fold_study import FoldStudy, Generator, samples, utility_rows
from biomechgpt.synthesis.walk_generators import (
    simple_generator,
    stored_generator,
    token_chain_generator,
)
from biomechgpt.synthesis.walks import read_walks
from biomechgpt.tokenizer.tokens import read_tokens

log = logging.getLogger(__name__)
SEE_ALL_PEOPLE = (
    "language_model",
    "class_markov",
)  # kinds that need a tokenizer of all training people


class StudyFiles(NamedTuple):
    """What a fold's study reads; the last three only where a generator needs them."""

    joint_angles: Sequence[os.PathLike]
    truths: os.PathLike
    tokens: os.PathLike | None = None
    tokenizer: os.PathLike | None = None
    synthetic: Mapping[str, Mapping[int, os.PathLike]] = {}  # folders by generator and seed


def study_fold(
    settings: SynthesisStudySettings,
    kinds: Mapping[str, str],
    classifiers: Mapping[str, BaselineSettings],
    label: str,
    frame_rate_hz: float,
    seeds: Sequence[int],
    files: StudyFiles,
    utility_path: os.PathLike,
    measures_path: os.PathLike,
) -> None:
    """Write what classifiers answer with and without synthetic walks, and the measures of these.

    Args:
        settings: What is studied.
        kinds: The kind of each generator.
        classifiers: The entries of the config's baselines by name.
        label: The column of the task's label.
        frame_rate_hz: Of the joint angles.
        seeds: Of people that are drawn, generators and classifiers.
        files: The fold's files.
        utility_path: To write: right answers a classifier, arm and person.
        measures_path: To write: quality, likeness and memory of the walks made of all training people.

    Raises:
        InputError: The task has no trials of training or test people in this fold.
    """
    truths = pd.read_parquet(files.truths).query("task == @settings.task")
    walks = read_walks(files.joint_angles, truths)
    if missing := {"train", "test"} - walks.keys():
        raise InputError(
            f"synthesis_study.task is {settings.task}, of which {files.truths} has no trials of "
            f"{' and '.join(sorted(missing))} people; name another task."
        )
    people = dict(zip(truths["trial_id"], truths["participant_id"], strict=True))
    generators = {
        name: _generator(name, kinds[name], label, people, frame_rate_hz, files)
        for name in settings.generators
    }
    see_all = frozenset(name for name in settings.generators if kinds[name] in SEE_ALL_PEOPLE)
    options = list(truths["options"].iloc[0])
    study = FoldStudy(settings, classifiers, options, walks, generators, see_all, frame_rate_hz)
    rows = []
    for sample in samples(study, seeds):
        log.info("%d people, seed %d: %d walks", sample.size, sample.seed, len(sample.real))
        rows += utility_rows(study, sample)
    with replacing(utility_path) as path:
        pd.DataFrame(rows).to_parquet(path, index=False)
    with replacing(measures_path) as path:
        pd.DataFrame(_measures(study, files, seeds[0])).to_parquet(path, index=False)


def _generator(
    name: str,
    kind: str,
    label: str,
    people: Mapping[str, str],
    frame_rate_hz: float,
    files: StudyFiles,
) -> Generator:
    if kind == "language_model":
        return stored_generator(files.synthetic[name], label, people)
    if kind == "class_markov":
        return token_chain_generator(name, files.tokens, files.tokenizer)
    return simple_generator(kind, frame_rate_hz)


def _measures(study: FoldStudy, files: StudyFiles, seed: int) -> list[dict]:
    """Rows of quality, likeness and memory, of as many synthetic walks as recorded ones."""
    training, rate_hz = study.walks["train"], study.frame_rate_hz
    sources = {TRAINING: training, TEST: study.walks["test"]}
    if files.tokens is not None:
        angles = decoded_angles([files.tokens], files.tokenizer)
        sources[DECODED] = [
            walk._replace(trial_id=f"{walk.trial_id}/decoded", angles_rad=angles[walk.trial_id])
            for walk in training
        ]
    for name, make in study.generators.items():
        if made := make(training, len(training), seed):
            sources[name] = list(made)
    rows = [
        *measures.quality_rows(sources, rate_hz),
        *measures.likeness_rows(sources, rate_hz, seed),
    ]
    if files.tokens is not None:
        stored = read_tokens([files.tokens])
        tokens_of = dict(zip(stored.trial_ids, stored.tokens, strict=True))
        known = [tokens_of[walk.trial_id] for walk in training]
        rows += measures.copied_rows(sources, known)
    return rows
