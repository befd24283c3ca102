"""How far training labels of numbers spread."""

import pandas as pd
import pytest

from biomechgpt.evaluation.label_ranges import label_ranges


def write(path, rows):
    pd.DataFrame(rows, columns=["task", "split", "truth_number"]).to_parquet(path)
    return path


def test_ranges_are_the_middle_of_training_labels(tmp_path):
    numbers = [("speed", "train", float(value)) for value in range(101)]
    others = [("speed", "test", 1e6), ("activity", "train", float("nan"))]
    ranges = label_ranges([write(tmp_path / "q.parquet", numbers + others)])
    assert ranges == {"speed": pytest.approx(90)}


def test_a_run_that_asks_for_classes_alone_has_none(tmp_path):
    classes = [("activity", "train", float("nan")), ("activity", "test", float("nan"))]
    assert label_ranges([write(tmp_path / "q.parquet", classes)]) == {}
