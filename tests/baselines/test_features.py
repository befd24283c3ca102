import numpy as np
import pandas as pd
import pytest

from biomechgpt.baselines.features import Features, durations, standardise
from biomechgpt.baselines.task_examples import examples
from biomechgpt.baselines.token_features import token_histograms, token_n_grams
from biomechgpt.tokenizer.tokens import TokensMetadata, TokenTable


def tokens_of(*trials):
    names = [f"t{i}" for i in range(len(trials))]
    codes = [np.array(trial, np.uint16) for trial in trials]
    return TokenTable(names, names, codes, TokensMetadata("", "", 30.0, 4, 1, 12))


def test_histogram_is_the_share_of_each_code():
    histograms = token_histograms(tokens_of([1, 1, 3, 1]))
    assert histograms.values[0].tolist() == [0, 0.75, 0, 0.25, *[0] * 8]


def test_length_cannot_be_read_from_a_histogram():
    histograms = token_histograms(tokens_of([1, 3], [1, 3] * 9)).values
    assert np.array_equal(histograms[0], histograms[1])


def test_n_grams_tell_the_order_of_the_same_codes():
    forward, backward = [1, 2, 3] * 5, [3, 2, 1] * 5
    tokens = tokens_of(forward, forward, backward, backward)
    n_grams = token_n_grams(tokens, {"t0", "t1", "t2", "t3"}).values
    similar, other = (n_grams[0] @ n_grams[row].T for row in (1, 2))
    assert similar.toarray()[0, 0] == pytest.approx(1.0)
    assert other.toarray()[0, 0] < 0.5


def test_n_grams_are_those_of_training():
    tokens = tokens_of([1, 2], [1, 2], [7, 8, 7, 8])
    n_grams = token_n_grams(tokens, {"t0", "t1"}).values
    assert n_grams.shape == (3, 3)  # 1, 2 and 1-2; nothing of the third trial
    assert n_grams[2].nnz == 0


def test_one_digit_is_not_part_of_another_code():
    n_grams = token_n_grams(tokens_of([1, 11], [1, 11], [11, 11]), {"t0", "t1", "t2"}).values
    assert n_grams.shape[1] == 3  # 1, 11 and 1-11


def test_durations_hold_the_length(tmp_path):
    path = tmp_path / "trials.parquet"
    duration_s = np.array([2.0, 4.0, 6.0, 100.0])
    pd.DataFrame({"trial_id": list("abcd"), "duration_s": duration_s}).to_parquet(path)
    features = durations(path, {"a", "b", "c"})
    assert features.values[:3, 0] == pytest.approx(np.array([-1.0, 0.0, 1.0]) * np.sqrt(1.5))
    assert np.isfinite(features.values).all()


def test_durations_that_are_all_equal_say_nothing(tmp_path):
    path = tmp_path / "trials.parquet"
    pd.DataFrame({"trial_id": list("abc"), "duration_s": 3.0}).to_parquet(path)
    assert not durations(path, {"a", "b"}).values.any()


def test_only_known_rows_set_the_scale():
    values = np.array([[0.0, 5.0], [2.0, 5.0], [1000.0, 6.0]])
    scaled = standardise(values, np.array([True, True, False]))
    assert scaled[:2, 0].tolist() == [-1.0, 1.0]
    assert (scaled[:, 1] == 0).all()


def test_examples_follow_the_order_of_the_questions():
    questions = pd.DataFrame(
        {
            "trial_id": ["t3", "t0"],
            "participant_id": ["p3", "p0"],
            "kind": "classification",
            "truth": ["b", "a"],
            "truth_number": np.nan,
        }
    )
    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]}, index=["t0", "t1", "t2", "t3"])
    result = examples(questions, Features(table.index, table.to_numpy(np.float32)))
    assert result.truth.tolist() == ["b", "a"]
    assert result.features[:, 0].tolist() == [3.0, 0.0]
