"""Measures of classes against hand-computed values and scikit-learn on raw labels."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, matthews_corrcoef

from biomechgpt.errors import InputError
from biomechgpt.evaluation import metrics

OPTIONS = ["cane", "walker", "none"]
TRUTH = ["cane", "cane", "walker", "none", "none", "none"]
PARSED = ["cane", "walker", "walker", "none", None, "a stick"]


def scores(truth, parsed, options=OPTIONS):
    codes = metrics.encode_truth(truth, options), metrics.encode_answers(parsed, options)
    measures = metrics.classification_measures(metrics.confusion(*codes, len(options)))
    return {name: float(value) for name, value in measures.items()}


def test_classification_by_hand_with_two_unreadable_answers():
    measures = scores(TRUTH, PARSED)
    # cane: tp 1 of 2, answered once; walker: tp 1 of 1, answered twice; none: tp 1 of 3, once.
    f1 = {"cane": 2 / 3, "walker": 2 / 3, "none": 1 / 2}
    assert measures["macro_f1"] == pytest.approx(sum(f1.values()) / 3)
    assert measures["weighted_f1"] == pytest.approx((2 * f1["cane"] + f1["walker"] + 3 / 2) / 6)
    assert measures["accuracy"] == pytest.approx(3 / 6)
    assert measures["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 1 / 3) / 3)
    assert measures["unreadable_share"] == pytest.approx(2 / 6)


def test_matches_scikit_learn_on_raw_labels():
    rng = np.random.default_rng(3)
    truth, parsed = (list(rng.choice(OPTIONS, 200)) for _ in range(2))
    measures = scores(truth, parsed)
    assert measures["weighted_f1"] == pytest.approx(f1_score(truth, parsed, average="weighted"))
    assert measures["macro_f1"] == pytest.approx(f1_score(truth, parsed, average="macro"))
    assert measures["mcc"] == pytest.approx(matthews_corrcoef(truth, parsed))


def test_order_of_rows_and_of_options_does_not_matter():
    shuffled = np.random.default_rng(0).permutation(len(TRUTH))
    again = scores([TRUTH[i] for i in shuffled], [PARSED[i] for i in shuffled], OPTIONS[::-1])
    assert again == pytest.approx(scores(TRUTH, PARSED))


def test_an_unreadable_answer_is_never_better_than_a_wrong_one():
    wrong = scores(TRUTH, ["cane", "walker", "walker", "none", "cane", "cane"])
    silent = scores(TRUTH, ["cane", "walker", "walker", "none", None, None])
    assert silent["accuracy"] == wrong["accuracy"]
    assert silent["balanced_accuracy"] == wrong["balanced_accuracy"]
    right = scores(TRUTH, TRUTH)
    assert all(silent[name] < right[name] for name in metrics.CLASSIFICATION)


def test_confusion_counts_every_row_and_keeps_a_column_for_the_unreadable():
    codes = metrics.encode_truth(TRUTH, OPTIONS), metrics.encode_answers(PARSED, OPTIONS)
    counts = metrics.confusion(*codes, 3)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 2]]


def test_one_class_and_no_rows_at_all():
    same = scores(["cane"] * 4, ["cane", "cane", "cane", None])
    assert same["macro_f1"] == same["weighted_f1"] == pytest.approx(6 / 7)
    assert np.isnan(same["mcc"])
    assert np.isnan(scores([], [])["macro_f1"])


def test_a_true_label_outside_the_options_is_refused():
    with pytest.raises(InputError, match="rollator"):
        metrics.encode_truth(["cane", "rollator"], OPTIONS)


def test_most_probable_follows_the_order_of_its_own_row():
    rows = [["cane", "walker"], ["walker", "cane"], ["cane", "walker"], []]
    probabilities = [[0.2, 0.8], [0.2, 0.8], [np.nan, 0.8], []]
    codes = metrics.encode_most_probable(rows, probabilities, OPTIONS)
    assert codes.tolist() == [1, 0, 3, 3]


def test_class_measures_carry_the_support():
    codes = metrics.encode_truth(TRUTH, OPTIONS), metrics.encode_answers(PARSED, OPTIONS)
    measures = metrics.class_measures(metrics.confusion(*codes, 3))
    assert measures["support"].tolist() == [2, 1, 3]
    assert measures["precision"].tolist() == [1.0, 0.5, 1.0]
    assert measures["recall"] == pytest.approx([1 / 2, 1, 1 / 3])


def test_what_a_class_measure_divides_by_may_be_nothing():
    codes = (
        metrics.encode_truth(["cane"] * 2, OPTIONS),
        metrics.encode_answers(["walker"] * 2, OPTIONS),
    )
    measures = metrics.class_measures(metrics.confusion(*codes, 3))
    cane, walker, none = range(3)
    assert measures["recall"][cane] == measures["precision"][walker] == measures["f1"][cane] == 0
    assert np.isnan(measures["precision"][[cane, none]]).all()
    assert np.isnan(measures["recall"][[walker, none]]).all()
    assert np.isnan(measures["f1"][[walker, none]]).all()
    assert measures["support"].tolist() == [2, 0, 0]


def test_the_mcc_of_answers_that_are_all_the_same_is_0_and_of_one_truth_unknown():
    assert scores(TRUTH, ["none"] * 6)["mcc"] == 0
    assert np.isnan(scores(["none"] * 6, PARSED)["mcc"])


def test_without_knowledge_macro_f1_is_expected_to_be_one_over_the_classes_at_best():
    """Truth and answers independent of each other, a million trials: hardly any luck is left."""
    rng = np.random.default_rng(0)
    for k in (2, 4, 10):
        shares = rng.dirichlet(np.ones(k), size=(200, 2))
        expected = 1e6 * shares[:, 0, :, None] * shares[:, 1, None, :]
        counts = np.concatenate([expected, np.zeros((200, k, 1))], axis=2)
        assert (metrics.classification_measures(counts)["macro_f1"] <= 1 / k + 1e-9).all()
    alike = np.outer([0.9, 0.1], [0.9, 0.1])
    measures = metrics.classification_measures(np.hstack([alike, np.zeros((2, 1))]))
    assert measures["macro_f1"] == pytest.approx(1 / 2)
    assert measures["weighted_f1"] == pytest.approx(0.9**2 + 0.1**2)


def test_by_luck_macro_f1_without_knowledge_exceeds_one_over_the_classes():
    rng = np.random.default_rng(0)
    truth, answers = rng.integers(0, 2, (2, 500, 30))
    counts = np.stack([metrics.confusion(*pair, 2) for pair in zip(truth, answers, strict=True)])
    luck = metrics.classification_measures(counts)["macro_f1"]
    assert luck.max() > 0.6
    assert luck.mean() == pytest.approx(1 / 2, abs=0.03)
