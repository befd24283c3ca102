"""Each note is written where it is due, and nowhere else."""

import numpy as np
import pandas as pd

from biomechgpt.evaluation import notes
from biomechgpt.evaluation.fitted_calibration import Calibrated
from tests.helpers import fake_answers


def as_calibrated(answers, n_temperature=8, status=""):
    table = pd.DataFrame({"fold": ["a", "a"], "level": [0.8, 0.9], "status": ["", status]})
    table["n_temperature"] = n_temperature
    return Calibrated(answers.probabilities, *np.empty((2, 0, 2)), table)


def told(models, **calibration):
    """Variant and note -> detail, of models by name that are calibrated alike."""
    calibrated = {name: as_calibrated(answers, **calibration) for name, answers in models.items()}
    return {(r["variant"], r["note"]): r["detail"] for r in notes.notes_on(models, calibrated)}


def of_task(person, truth, n_options=2):
    """What is said of the task itself, whose model is always right."""
    answers = fake_answers.certain(np.asarray(person), np.asarray(truth), truth, n_options)
    details = told({"model": answers})
    return {note: detail for (_, note), detail in details.items() if note != "constant_answer"}


def of_model(answers, other=None, **calibration):
    """What is said of a model beside another in good order."""
    truth = np.arange(12) % 2
    other = other or fake_answers.certain(np.arange(12), truth, truth, 2)
    models = {"model": answers, "other": other}
    calibrated = {"model": as_calibrated(answers, **calibration), "other": as_calibrated(other)}
    noted = notes.notes_on(models, calibrated)
    return {row["note"]: row["detail"] for row in noted if row["variant"] == "model"}


def test_a_task_in_good_order_needs_no_note():
    person = np.repeat(np.arange(20), 2)
    assert of_task(person, person % 2) == {}


def test_few_participants_one_class_absent_and_rare_classes_and_mixed_truths():
    assert "7 participants" in of_task(np.arange(7), np.arange(7) % 2)["few_participants"]
    assert "too_few_participants" in of_task(np.arange(4), np.arange(4) % 2)
    details = of_task(np.arange(12), np.zeros(12, int), n_options=3)
    assert set(details) == {"one_class", "absent_class"}
    assert "option 1 or option 2" in details["absent_class"]
    assert "option 1 (2)" in of_task(np.arange(12), (np.arange(12) > 9).astype(int))["rare_class"]
    mixed = of_task(np.repeat(np.arange(12), 2), np.tile([0, 1], 12))
    assert mixed["mixed_voters"].startswith("12 voters")


def test_a_model_in_good_order_needs_no_note():
    answers = fake_answers.certain(np.arange(12), np.arange(12) % 2, np.arange(12) % 2, 2)
    assert of_model(answers) == {}


def test_constant_answers_missing_seeds_and_trials_and_what_was_not_calibrated():
    truth = np.arange(12) % 2
    constant = fake_answers.certain(np.arange(12), truth, np.zeros(12, int), 2)
    assert set(of_model(constant)) == {"constant_answer"}
    twice = fake_answers.certain(
        np.tile(np.arange(12), 2),
        np.tile(truth, 2),
        np.tile(truth, 2),
        2,
        seed=np.repeat([0, 1], 12),
    )
    once = fake_answers.certain(np.arange(12), truth, truth, 2)
    assert "1 of 2 seeds" in of_model(once, twice)["missing_seeds"]
    fewer = fake_answers.certain(np.arange(9), truth[:9], truth[:9], 2)
    assert "missing_trials" in of_model(fewer, once)
    silent = fake_answers.certain(np.arange(12), truth, truth, 2)
    silent.probabilities[:] = np.nan
    assert "no_probabilities" in of_model(silent)
    details = of_model(once, n_temperature=0, status="not estimable: 6 validation participants")
    assert "not_calibrated" in details
    assert details["no_sets"].startswith("90 % in 1 of 1 folds: not estimable")


def test_more_runs_of_a_baseline_on_shuffled_labels_are_no_missing_seeds():
    def runs(n):
        person, truth = np.tile(np.arange(12), n), np.tile(np.arange(12) % 2, n)
        return fake_answers.certain(person, truth, truth, 2, seed=np.repeat(range(n), 12))

    details = told({"model": runs(3), "xgboost": runs(3), "shuffled": runs(20)})
    assert not any(note == "missing_seeds" for _, note in details)


def test_what_holds_for_every_model_is_said_once():
    truth = np.arange(12) % 2
    models = {name: fake_answers.certain(np.arange(12), truth, truth, 2) for name in "ab"}
    details = told(models, n_temperature=0)
    assert list(details) == [("", "not_calibrated")]
