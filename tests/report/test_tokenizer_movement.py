"""What the report says of the tokens: gait, classifiers by what they see, models by tokenizer."""

import copy
import shutil

import pandas as pd
import pytest

from biomechgpt.report.page.blocks import Cell
from biomechgpt.report.results import read_results
from biomechgpt.report.sections.movement_kept import movement_kept
from biomechgpt.report.sections.tokenizer_effect import classifiers_on_tokens, models_by_tokenizer
from biomechgpt.settings.run_settings import RunSettings


def texts(row):
    return [cell.text if isinstance(cell, Cell) else cell for cell in row]


def tables(blocks):
    return [block for block in blocks if block.kind == "table"]


@pytest.fixture(scope="module")
def results(run, settings):
    return read_results(run.metrics, run.tables, settings)


@pytest.fixture(scope="module")
def labels(run):
    ids = pd.read_parquet(run.trials)["trial_id"]
    halves = ["stroke" if i % 2 == 0 else None for i in range(len(ids))]
    return pd.DataFrame({"trial_id": ids, "diagnosis": halves})


def test_errors_are_averaged_without_their_sign_and_the_bias_stands_beneath(run, labels):
    everyone = tables(movement_kept(run.tokenizer_measures, labels))[0]
    row = dict(zip(everyone.head, everyone.rows[0], strict=True))
    assert row["peak swing knee flexion (°)"].text == "1.50"
    assert row["peak swing knee flexion (°)"].sub.startswith("bias −0.5")
    assert row["range of motion (°)"] == Cell("0.50", "bias −0.25")
    assert row["tokens changed"] == "50%"


def test_trials_are_counted_by_label(run, labels):
    blocks = tables(movement_kept(run.tokenizer_measures, labels))
    assert len(blocks) == 3
    assert [texts(row)[1] for row in blocks[1].rows] == ["stroke"]
    half = sum(labels["diagnosis"] == "stroke")
    assert texts(blocks[1].rows[0])[2] == str(half)
    assert len(movement_kept(run.tokenizer_measures, None)) == 3
    assert movement_kept({}, labels) == []


def test_ids_may_look_like_numbers_or_like_nothing(run, labels, tmp_path):
    key, measured_folder = next(iter(run.tokenizer_measures.items()))
    folder = shutil.copytree(measured_folder, tmp_path / "measures")
    measured = pd.read_parquet(folder / "trials.parquet").iloc[:2]
    measured = measured.assign(trial_id=["001", "002"], participant_id="NA")
    measured.to_parquet(folder / "trials.parquet")
    labelled = labels.iloc[:2].assign(trial_id=["001", "002"])
    by_diagnosis = tables(movement_kept({key: folder}, labelled))[1]
    assert by_diagnosis.rows[0][2] == Cell("1", "1 participant")


def test_classifiers_say_what_they_see(results, settings):
    (table,) = tables(classifiers_on_tokens(results, settings))
    assert Cell("xgboost", "tokens") in table.head
    assert len(table.rows) == len(results.tasks)
    assert texts(table.rows[0])[1] != "–"


def test_models_stand_side_by_side_only_where_their_tokens_differ(results, config):
    assert models_by_tokenizer(results, RunSettings.model_validate(config)) == []
    other = copy.deepcopy(config)
    other["variants"]["tiny-more"] = other["variants"]["tiny-all"] | {"tokenizer": "residual"}
    (table,) = tables(models_by_tokenizer(results, RunSettings.model_validate(other)))
    assert [texts(row)[0] for row in table.rows] == ["compact", "residual"]
    assert texts(table.rows[0])[2] != "–"
    assert texts(table.rows[1])[2] == "–"
