"""What the report says of the spread over seeds."""

import pandas as pd
import pytest

from biomechgpt.report.report_page import build_report
from biomechgpt.report.results import read_results
from biomechgpt.report.sections.model_scores import classification, regression
from tests.helpers import fake_predictions, fake_run


@pytest.fixture(scope="module")
def fitted_once(tmp_path_factory):
    """A run in which XGBoost gives its first answers with every seed."""
    made = fake_predictions.make(n_participants=12)
    made = made[made["task"].isin(["impaired", "tug"])]
    first = made.query("variant == 'xgboost' and seed == 0")
    repeated = [first.assign(seed=seed) for seed in (0, 1, 2)]
    predictions = pd.concat([made.query("variant != 'xgboost'"), *repeated])
    return fake_run.write_run(tmp_path_factory.mktemp("once"), predictions, draws=50)


def test_a_model_fitted_once_has_no_sd_and_others_have_theirs(fitted_once, settings):
    results = read_results(fitted_once.metrics, fitted_once.tables, settings)
    for table in (classification(results)[0], regression(results)[0]):
        shown = {row[0].text: row[1].text for row in table.rows}
        assert shown["xgboost"].endswith(" ± n/a")
        assert "±" in shown["chance"]
        assert "n/a" not in shown["chance"]


def test_the_report_says_what_the_sd_covers(fitted_once, settings, tmp_path):
    finetune = settings.finetune.model_copy(update={"redraw_tokenizer": True})
    redrawn = settings.model_copy(update={"finetune": finetune})
    pages = []
    for number, own in enumerate((settings, redrawn)):
        path = tmp_path / f"{number}.html"
        results = read_results(fitted_once.metrics, fitted_once.tables, own)
        build_report(results, fitted_once, own, {}, True, path, tmp_path / f"tables-{number}")
        pages.append(path.read_text(encoding="utf-8"))
    assert "covers phrasings and order of training only" in pages[0]
    assert "covers tokenizer, embedded base, phrasings and order of training" in pages[1]
    assert "training only" not in pages[1]
