"""Mean or median of a predicted distribution, as validation participants have it."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation.evaluate import evaluate
from biomechgpt.evaluation.number_choice import number_choices, with_decided_numbers
from biomechgpt.questions.calibration import Calibration, calibration_of_model, number_estimate
from biomechgpt.settings.evaluate_section import EvaluateSettings
from tests.helpers import fake_predictions


@pytest.fixture(scope="module")
def predictions():
    """Validation people: the mean of walking speed is right and its median is not; of cadence not."""
    made = fake_predictions.make(n_participants=12, seeds=(0, 1))
    rows = made[made["task"].isin(["walking_speed", "cadence"])]
    rows = rows[rows["variant"] == "tiny-all"]
    number = rows["participant_id"].str[1:].astype(int)
    rows = rows.assign(split=np.where(number < 6, "validation", "test"))
    off = np.where(rows["split"] == "validation", 0.5, 0.0)
    speed = rows["task"] == "walking_speed"
    rows["number_mean"] = rows["truth_number"] + np.where(speed, 0.0, 2.0)
    rows["number_median"] = rows["truth_number"] + np.where(speed, off, 1.0)
    return rows


def test_the_smaller_error_on_validation_participants_decides_for_all_seeds(predictions):
    choices = number_choices(predictions).set_index("task")
    assert choices["number"].to_dict() == {"walking_speed": "mean", "cadence": "median"}
    assert choices.loc["walking_speed", "mae_median"] == pytest.approx(0.5)
    assert choices.loc["cadence", ["mae_mean", "mae_median"]].tolist() == pytest.approx([2.0, 1.0])
    assert (choices["n_participants"] == 6).all()


def test_test_participants_have_no_say_and_too_few_people_get_the_median(predictions):
    spoilt = predictions.copy()
    spoilt.loc[spoilt["split"] == "test", "truth_number"] += 100
    pd.testing.assert_frame_equal(number_choices(spoilt), number_choices(predictions))
    few = predictions[~predictions["participant_id"].isin(["P000", "P001"])]
    assert set(number_choices(few)["number"]) == {"median"}
    tested = predictions[predictions["split"] == "test"]
    assert set(number_choices(tested)["number"]) == {"median"}


def test_every_row_is_answered_as_chosen_and_the_number_itself_without_a_distribution(predictions):
    bare = predictions.assign(variant="bare", number_mean=np.nan, number_median=np.nan)
    both = pd.concat([predictions, bare])
    decided = with_decided_numbers(both, number_choices(both))
    by_mean = (decided["variant"] == "tiny-all") & (decided["task"] == "walking_speed")
    assert (decided["decided_number"] == decided["number_mean"])[by_mean].all()
    by_median = (decided["variant"] == "tiny-all") & (decided["task"] == "cadence")
    assert (decided["decided_number"] == decided["number_median"])[by_median].all()
    itself = decided[decided["variant"] == "bare"]
    assert itself["decided_number"].equals(itself["number"])
    assert set(itself["number_choice"]) == {""}


def test_the_choice_reaches_the_calibration_of_a_published_model(predictions):
    folds = fake_predictions.folds(predictions)
    evaluated = evaluate(
        predictions, folds, EvaluateSettings(bootstrap_draws=10, seed=0), ["tiny-all"], []
    )
    calibrated = calibration_of_model(evaluated.calibration, "holdout", "tiny-all", 1)
    assert calibrated["walking_speed"].number == "mean"
    assert calibrated["cadence"].number == "median"
    row = {"number_mean": 1.0, "number_median": 2.0, "number_low": 0.0, "number_high": 3.0}
    assert number_estimate(row, Calibration(1.0, {}, "mean")) == (1.0, 0.0, 3.0, {})
    assert number_estimate(row, Calibration(1.0, {})) == (2.0, 0.0, 3.0, {})
