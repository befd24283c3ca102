"""The study of one fold: what classifiers answer with and without synthetic movements."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.baselines.features import Features
from biomechgpt.evaluation.synthesis_names import ALONE, READS_SYNTHETIC, REAL
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.synthesis import utility
from biomechgpt.synthesis.walks import Walk

HELD_OUT = ("validation", "test")

# Makes synthetic walks of recorded ones: (walks, how many, seed).
Generator = Callable[[Sequence[Walk], int, int], Sequence[Walk]]


class FoldStudy(NamedTuple):
    """What all samples of a fold share."""

    settings: SynthesisStudySettings
    classifiers: Mapping[str, BaselineSettings]
    options: Sequence[str]
    walks: Mapping[str, Sequence[Walk]]  # by split
    generators: Mapping[str, Generator]
    seen_all_people: frozenset[str]  # generators that learnt from every training person
    frame_rate_hz: float


class Sample(NamedTuple):
    """Some of the training people, and what is made of their walks."""

    size: int  # people that were wanted
    seed: int
    real: Sequence[Walk]
    synthetic: Mapping[str, Sequence[Walk]]  # by generator and control

    @property
    def head(self) -> dict:
        """What stands in every row of this sample."""
        n_people = len({walk.participant_id for walk in self.real})
        return {"training_people": self.size, "n_people": n_people, "seed": self.seed}


def samples(study: FoldStudy, seeds: Sequence[int]) -> Iterator[Sample]:
    """For each number of training people and each seed the people drawn, and the walks made of theirs.

    A synthetic walk whose label is no option is left out, and so is a generator that has seen more
    people than were drawn.
    """
    training = study.walks["train"]
    for size in study.settings.training_people:
        for seed in seeds:
            people = set(utility.draw_people(training, size, seed))
            real = [walk for walk in training if walk.participant_id in people]
            others = [walk for walk in training if walk.participant_id not in people]
            n = round(max(study.settings.per_real) * len(real))
            synthetic = {
                name: [walk for walk in make(real, n, seed) if walk.label in study.options]
                for name, make in study.generators.items()
                if not (others and name in study.seen_all_people)
            }
            first = next(iter(synthetic.values()), [])
            synthetic |= utility.controls(others, first, n, seed)
            yield Sample(size, seed, real, {name: made for name, made in synthetic.items() if made})


def utility_rows(study: FoldStudy, sample: Sample) -> Iterator[dict]:
    """Rows with `right` answers among `trials` (docs/contracts.md), of every classifier and arm."""
    held_out = [walk for split in HELD_OUT for walk in study.walks.get(split, [])]
    made = [walk for walks in sample.synthetic.values() for walk in walks]
    for name, classifier in study.classifiers.items():
        every = [*sample.real, *made, *held_out]
        features = utility.describe(classifier, every, sample.real, study.frame_rate_hz)
        head = sample.head | {"classifier": name}
        for arm in utility.arms(sample.real, sample.synthetic, study.settings.per_real):
            read = [*held_out, *made] if arm.use == REAL else held_out
            right = _right(study, classifier, arm, read, features, sample.seed)
            yield from _people(study, arm, sample, right, head)
            if arm.use == REAL:
                yield from _read_labels(sample, right, head)


def _right(
    study: FoldStudy,
    classifier: BaselineSettings,
    arm: utility.Arm,
    walks: Sequence[Walk],
    features: Features,
    seed: int,
) -> dict[str, bool]:
    """Whether a classifier trained on an arm gives a walk its label, by the walk's id."""
    validation = study.walks.get("validation", [])
    answers = utility.answers(classifier, arm, walks, validation, features, study.options, seed)
    labels = np.array([walk.label for walk in walks])
    return dict(zip([walk.trial_id for walk in walks], answers == labels, strict=True))


def _people(
    study: FoldStudy, arm: utility.Arm, sample: Sample, right: Mapping[str, bool], head: dict
) -> Iterator[dict]:
    """A row a person of validation and test."""
    n_synthetic = len(arm.training) - (0 if arm.use == ALONE else len(sample.real))
    of_arm = {"use": arm.use, "generator": arm.generator, "per_real": arm.per_real}
    of_arm |= {"n_synthetic": n_synthetic, "label": ""}
    for split in HELD_OUT:
        walks = study.walks.get(split, [])
        for person in dict.fromkeys(walk.participant_id for walk in walks):
            own = [right[walk.trial_id] for walk in walks if walk.participant_id == person]
            counts = {"right": sum(own), "trials": len(own)}
            yield head | of_arm | {"split": split, "participant_id": person} | counts


def _read_labels(sample: Sample, right: Mapping[str, bool], head: dict) -> Iterator[dict]:
    """A row a generator and label: how many synthetic walks are read as what they were meant to be."""
    for generator, walks in sample.synthetic.items():
        of_generator = {"use": READS_SYNTHETIC, "generator": generator, "per_real": 0.0}
        of_generator |= {"n_synthetic": len(walks), "split": "synthetic", "participant_id": ""}
        for label in dict.fromkeys(walk.label for walk in walks):
            own = [right[walk.trial_id] for walk in walks if walk.label == label]
            counts = {"right": sum(own), "trials": len(own)}
            yield head | of_generator | {"label": label} | counts
