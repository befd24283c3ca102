"""The study sees a gain where there is one, none where there is none, and mixes no splits."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation.synthesis_names import (
    ALONE,
    OTHER_PEOPLE,
    READS_SYNTHETIC,
    REAL,
    SHUFFLED,
    WITH_REAL,
)
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.synthesis.fold_study import FoldStudy, samples, utility_rows
from biomechgpt.synthesis.utility import arms, draw_people
from biomechgpt.synthesis.walks import Walk
from tests.helpers.labelled_walks import RATE_HZ, swinging
from tests.helpers.simulated_trials import trial

SETTINGS = SynthesisStudySettings(
    task="impaired",
    generators=["simulator"],
    classifiers=["gait"],
    training_people=[2],
    per_real=[10],
)


def simulated_walk(seed, label):
    """Somebody new walks; the diagnosis makes the label."""
    diagnosis = "stroke" if label == "yes" else None
    _, done = trial("overground walking", seed=seed, diagnosis=diagnosis)
    angles = np.deg2rad(done.angles_deg[:, :34]).astype(np.float32)
    return Walk(f"{label}-{seed}", f"{label}-{seed}", label, angles)


def simulator(walks, n, seed):
    """The true generator: people whom nobody has seen, with the labels that are wanted."""
    return [
        simulated_walk(1000 + number, walks[number % len(walks)].label)._replace(
            trial_id=f"synthetic/simulator/{number}"
        )
        for number in range(n)
    ]


@pytest.fixture(scope="module")
def rows():
    """Two training people, an impaired one among them, and 24 people who are tested."""
    people = {
        split: [simulated_walk(seed, label) for seed in seeds for label in ("yes", "no")]
        for split, seeds in {
            "train": range(4),
            "validation": range(4, 6),
            "test": range(6, 18),
        }.items()
    }
    study = FoldStudy(
        SETTINGS,
        {"gait": BaselineSettings(kind="gait_features")},
        ["yes", "no"],
        people,
        {"simulator": simulator},
        frozenset(),
        RATE_HZ,
    )
    return pd.DataFrame([row for s in samples(study, [0, 1]) for row in utility_rows(study, s)])


def accuracy(rows, use, generator, split="test"):
    of_arm = rows[
        (rows["use"] == use) & (rows["generator"] == generator) & (rows["split"] == split)
    ]
    return of_arm["right"].sum() / of_arm["trials"].sum()


def test_walks_of_the_true_simulator_help_two_people_and_shuffled_labels_do_not(rows):
    real = accuracy(rows, REAL, "")
    assert accuracy(rows, WITH_REAL, "simulator") > real + 0.1
    assert accuracy(rows, ALONE, "simulator") > real + 0.1
    assert accuracy(rows, WITH_REAL, OTHER_PEOPLE) >= real
    assert accuracy(rows, WITH_REAL, SHUFFLED) < accuracy(rows, WITH_REAL, "simulator") - 0.1


def test_every_arm_answers_the_same_people(rows):
    held_out = rows[rows["split"] != "synthetic"]
    for _, of_arm in held_out.groupby(["use", "generator", "seed"]):
        assert sorted(of_arm["participant_id"]) == sorted({*held_out["participant_id"]})
    assert {*held_out["split"]} == {"validation", "test"}
    assert {*held_out["n_people"]} == {2}


def test_synthetic_walks_are_read_by_what_learnt_from_recorded_ones(rows):
    read = rows[rows["use"] == READS_SYNTHETIC]
    of_simulator = read[read["generator"] == "simulator"]
    assert {*of_simulator["label"]} == {"yes", "no"}
    assert {*of_simulator["trials"]} == {10}
    assert {*read["split"]} == {"synthetic"}


def walks_of(people):
    return [
        Walk(f"{p}-{label}", p, label, np.zeros((2, 34)))
        for p, labels in people
        for label in labels
    ]


def test_people_are_drawn_so_that_labels_are_together_as_many_as_can_be():
    walks = walks_of([("a", "x"), ("b", "x"), ("c", "x"), ("d", "y")])
    for seed in range(5):
        assert "d" in draw_people(walks, 2, seed)
    assert len({tuple(draw_people(walks, 2, seed)) for seed in range(9)}) == 3
    assert draw_people(walks, 9, 0) == ["a", "b", "c", "d"]


def test_a_smaller_share_of_synthetic_walks_is_the_beginning_of_a_larger_one():
    real = walks_of([("a", "xy"), ("b", "xy")])
    synthetic = {"g": [walk._replace(trial_id=f"s{n}") for n, walk in enumerate(real * 3)]}
    by_share = {
        arm.per_real: arm.training
        for arm in arms(real, synthetic, [0.5, 2])
        if arm.use == WITH_REAL
    }
    assert [len(walks) for walks in by_share.values()] == [6, 12]
    assert by_share[2][:6] == by_share[0.5]


def test_a_generator_that_saw_all_people_has_no_part_with_fewer():
    walks = {"train": [swinging(p, p, "x", seconds=2) for p in "abcd"]}
    settings = SETTINGS.model_copy(update={"training_people": [2, 4], "per_real": [1]})
    made = {"markov": lambda walks, n, seed: [walks[0]._replace(trial_id="s")] * n}
    study = FoldStudy(settings, {}, ["x"], walks, made, frozenset(["markov"]), RATE_HZ)
    few, everybody = samples(study, [0])
    assert "markov" not in few.synthetic
    assert len(few.real) == 2
    assert len(everybody.synthetic["markov"]) == 4
    assert OTHER_PEOPLE not in everybody.synthetic


def test_synthetic_walks_whose_label_is_no_option_are_left_out():
    walks = {"train": [swinging(p, p, "x") for p in "ab"]}
    made = {"mirror": lambda walks, n, seed: [w._replace(label="other x") for w in walks]}
    study = FoldStudy(SETTINGS, {}, ["x"], walks, made, frozenset(), RATE_HZ)
    assert next(samples(study, [0])).synthetic == {}
