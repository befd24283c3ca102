"""Late fusion answers with the mean of calibrated probabilities, where all its models answered."""

import numpy as np
import pytest

from biomechgpt.errors import InputError
from biomechgpt.evaluation.late_fusion import fuse
from biomechgpt.questions.predictions import SCHEMA, read_predictions, write_predictions

EMPTY = {name: float("nan") for name in SCHEMA.names if name.startswith("number")}


def prediction(trial, yes, variant="a", split="test", phrasing="", truth="yes", person=None):
    return EMPTY | {
        "fold": "holdout", "variant": variant, "seed": 0, "trial_id": trial, "task": "t",
        "split": split, "phrasing_id": phrasing, "participant_id": person or trial,
        "kind": "classification", "phrasing_held_out": bool(phrasing), "truth": truth,
        "truth_number": float("nan"), "answer": "yes", "parsed": "yes",
        "options": ["yes", "no"], "probabilities": [yes, 1 - yes],
    }  # fmt: skip


def number(trial, value, mean, variant):
    return prediction(trial, 0.5, variant) | {
        "kind": "regression", "truth": None, "truth_number": 1.0, "number": value, "number_mean": mean,
        "options": [], "probabilities": [],
    }  # fmt: skip


def fused(folder, *models):
    paths = []
    for place, rows in enumerate(models):
        paths.append(folder / str(place))
        write_predictions(paths[-1], rows)
    fuse(paths, folder / "fused", "late", 3)
    return read_predictions([folder / "fused"]).set_index("trial_id")


def test_probabilities_are_averaged_over_phrasings_and_then_over_models(tmp_path):
    first = [prediction("x", 0.9, phrasing="1"), prediction("x", 0.7, phrasing="2")]
    row = fused(tmp_path, first, [prediction("x", 0.1, "b"), prediction("y", 0.1, "b")]).loc["x"]
    assert row["probabilities"] == pytest.approx([0.45, 0.55])
    assert (row["parsed"], row["variant"], row["seed"], row["phrasing_id"]) == ("no", "late", 3, "")


def test_only_what_all_models_answered_is_answered(tmp_path):
    assert fused(
        tmp_path, [prediction("x", 0.9)], [prediction(n, 0.2, "b") for n in "xy"]
    ).index == ["x"]
    with pytest.raises(InputError, match=r"baselines\.late: nothing was answered by all"):
        fused(tmp_path, [prediction("x", 0.9)], [prediction("y", 0.2, "b")])


def test_a_model_that_is_too_sure_in_validation_counts_less(tmp_path):
    """A temperature is fitted where ten people validate: of these answers half are wrong."""
    truths = ["yes", "no"] * 10
    sure = [prediction(f"v{i}", 0.99, split="validation", truth=t) for i, t in enumerate(truths)]
    other = [prediction(f"v{i}", 0.5, "b", "validation", truth=t) for i, t in enumerate(truths)]
    row = fused(tmp_path, [*sure, prediction("x", 0.99)], [*other, prediction("x", 0.3, "b")]).loc[
        "x"
    ]
    assert row["probabilities"][0] < 0.5


def test_numbers_are_averaged(tmp_path):
    row = fused(tmp_path, [number("x", 9.0, 2.0, "a")], [number("x", 1.0, float("nan"), "b")]).loc[
        "x"
    ]
    assert (row["number"], row["answer"]) == (1.5, "1.5")
    assert np.isnan(row["number_low"])
