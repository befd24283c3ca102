"""Tables as CSV and figures as SVG."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation import paper, result_tables
from biomechgpt.evaluation.evaluate import evaluate, write_metrics
from biomechgpt.evaluation.number_choice import with_decided_numbers
from biomechgpt.evaluation.paper_figures import draw_all
from biomechgpt.settings.evaluate_section import EvaluateSettings
from biomechgpt.spreadsheets import harmless, harmless_cell
from tests.helpers import fake_predictions

MODELS = (["tiny-all"], ["xgboost", "chance"])
PAPER_TASKS = {name: name for name in paper.TEST_SIZE}


@pytest.fixture(scope="module")
def predictions():
    return fake_predictions.make(n_participants=9, seeds=(0, 1))


@pytest.fixture(scope="module")
def evaluated(predictions):
    folds = fake_predictions.folds(predictions)
    return evaluate(predictions, folds, EvaluateSettings(bootstrap_draws=50, seed=0), *MODELS)


def test_tables_hold_the_measures_and_the_paper_is_another_cohort(evaluated, tmp_path):
    result_tables.write_tables(
        evaluated, pd.DataFrame({"task": ["activity"]}), tmp_path / "tables", PAPER_TASKS
    )
    two = pd.read_csv(tmp_path / "tables/table2.csv", index_col="model")
    means = evaluated.metrics.query("seed == 'mean' and reading == 'answer' and label == ''")
    cell = means.query("variant == 'xgboost' and task == 'impaired' and metric == 'macro_f1'")
    assert two.loc["xgboost", "impaired macro_f1"] == pytest.approx(cell["value"].item())
    assert two.loc["xgboost", "impaired macro_f1_sd"] == pytest.approx(cell["sd"].item())
    assert two.loc["paper: chance", "diagnosis weighted_f1"] == 0.41
    assert two.loc["paper: chance", "cohort"] == paper.COHORT
    assert two.loc["tiny-all", "cohort"] == "this cohort"
    three = pd.read_csv(tmp_path / "tables/table3.csv", index_col="model")
    assert three.loc["paper: Gemma 3 4B, all tasks", "tug r"] == 0.68
    seeds = evaluated.metrics.query("variant == 'tiny-all' and task == 'tug' and metric == 'p'")
    assert three.loc["tiny-all", "tug p"] == seeds.query("seed != 'mean'")["value"].max()


def test_the_paper_stands_beside_the_task_that_is_said_to_repeat_its_question(predictions):
    names = {"tug": "balance", "fsst": "tug"}
    own = predictions.assign(task=predictions["task"].replace(names))
    folds = fake_predictions.folds(own)
    metrics = evaluate(own, folds, EvaluateSettings(bootstrap_draws=10, seed=0), *MODELS).metrics
    table = result_tables.regression_table(metrics, {"balance": "tug"})
    assert np.isfinite(table.loc["tiny-all", [("balance", "r"), ("tug", "r")]]).all()
    theirs = table.loc["paper: Gemma 3 4B, all tasks"]
    assert (theirs["balance", "r"], theirs["balance", "n_trials"]) == (0.68, 18)
    assert np.isnan(theirs["tug", "r"])
    assert "paper: chance" not in result_tables.classification_table(metrics, {}).index


def test_table_one_of_folds_sums_the_tested_and_takes_the_median_of_the_rest():
    fold = pd.DataFrame({"task": ["tug"], "train_samples": [10], "test_samples": [3]})
    other = fold.assign(train_samples=20, test_samples=4)
    pooled = result_tables.pool_table_one([fold, other])
    assert pooled.to_dict("records") == [{"task": "tug", "train_samples": 15, "test_samples": 7}]
    assert result_tables.pool_table_one([fold]) is fold


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_cell_is_a_formula(start):
    table = pd.DataFrame({f"{start}head": [f"{start}1+1", "fine", None], "number": [-1.5, 2, 3]})
    safe = harmless(table)
    assert list(safe.columns) == [f"'{start}head", "number"]
    assert safe.iloc[0, 0] == f"'{start}1+1"
    assert safe.iloc[1, 0] == "fine"
    assert safe["number"].tolist() == [-1.5, 2, 3]


def test_metrics_survive_the_file(evaluated, tmp_path):
    write_metrics(evaluated, tmp_path / "metrics.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "metrics.parquet"), evaluated.metrics)


def draw(predictions, evaluated, folder):
    decided = with_decided_numbers(predictions, evaluated.number_choices)
    draw_all(decided, evaluated.comparisons, "tiny-all", {"walking_speed": "m/s"}, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_figures_are_svg_and_the_same_every_time(predictions, evaluated, tmp_path):
    first = draw(predictions, evaluated, tmp_path / "a")
    names = ["comparisons.svg", "figure2.svg", "figure3.svg", "figure4.svg"]
    assert sorted(first) == names
    assert draw(predictions, evaluated, tmp_path / "b") == first
    for svg in first.values():
        assert ET.fromstring(svg).tag.endswith("svg")
        assert b"metadata" not in svg
    assert "truth (m/s)" in first["figure4.svg"].decode()
    assert "overground walking" in first["figure2.svg"].decode()


def test_labels_are_not_read_as_formulas_or_markup(predictions, evaluated, tmp_path):
    labels = {"yes": "$\\frac{$ <b>", "no": "a_b & c"}
    swap = {**predictions.to_dict("series")}
    for column in ("truth", "parsed"):
        swap[column] = predictions[column].map(lambda v: labels.get(v, v))
    swap["options"] = predictions["options"].map(lambda o: [labels.get(v, v) for v in o])
    svg = draw(pd.DataFrame(swap), evaluated, tmp_path / "c")["figure3.svg"]
    texts = [element.text for element in ET.fromstring(svg).iter() if element.text]
    assert labels["yes"] in texts
    assert labels["no"] in texts


def test_without_regression_or_comparisons_their_figures_are_left_out(
    predictions, evaluated, tmp_path
):
    only = predictions[predictions["task"] == "activity"]
    none = evaluated._replace(comparisons=evaluated.comparisons.assign(low=np.nan))
    assert list(draw(only, none, tmp_path / "d")) == ["figure2.svg"]


LABELS = ["None", "NA", "nan", "1", "1.0", "True", "2001-01-01", "=1+1", "+", "-", "@cane", "'=x"]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_stays_the_text_that_it_is(label, predictions, tmp_path):
    impaired = predictions[predictions["task"] == "impaired"]
    named = impaired.assign(
        truth=impaired["truth"].replace("yes", label),
        parsed=impaired["parsed"].replace("yes", label),
        options=[[label, "no"]] * len(impaired),
    )
    measured = evaluate(
        named, fake_predictions.folds(named), EvaluateSettings(bootstrap_draws=10, seed=0), *MODELS
    )
    result_tables.write_tables(measured, pd.DataFrame({"task": ["impaired"]}), tmp_path / "t", {})
    read = result_tables.read_table(tmp_path / "t/classes.parquet")
    assert set(read["label"]) == {label, "no"}
    assert result_tables.read_table(tmp_path / "t/t_intervals.parquet")["other"].isna().any()
    shown = pd.read_csv(tmp_path / "t/classes.csv", dtype=str, keep_default_na=False)
    assert set(shown["label"]) == {harmless_cell(label), "no"}
