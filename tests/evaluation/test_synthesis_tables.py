"""The tables of the study: paired over people, chosen on validation people, said plainly."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from biomechgpt.evaluation.synthesis_names import BY_VALIDATION, OTHER_PEOPLE, SHUFFLED, WITH_REAL
from biomechgpt.evaluation.synthesis_tables import read_study_tables, write_study_tables
from biomechgpt.report.study_page import write_study_page
from tests.helpers.study_answers import answer_rows, tables_of


@pytest.fixture
def tables(tmp_path):
    return tables_of(tmp_path, [answer_rows(0)])


def row(tables, generator, use=WITH_REAL):
    utility = tables["utility"]
    return utility[(utility["generator"] == generator) & (utility["use"] == use)].iloc[0]


def test_differences_are_paired_over_people(tables):
    good = row(tables, "good")
    differences = (np.array([15, 15, 13, 15, 16, 12]) - np.array([10, 12, 9, 11, 10, 8])) / 20
    assert good["difference"] == pytest.approx(differences.mean())
    expected = stats.t.interval(0.95, 5, differences.mean(), stats.sem(differences))
    assert (good["t_low"], good["t_high"]) == pytest.approx(expected)
    assert good["low"] < good["difference"] < good["high"]
    assert (good["n_participants"], good["n_trials"]) == (6, 120)


def test_what_helps_hurts_or_does_nothing_is_called_so(tables):
    verdicts = {name: row(tables, name)["verdict"] for name in ("good", "bad", "same", SHUFFLED)}
    assert verdicts == {
        "good": "helps",
        "bad": "hurts",
        "same": "does not help",
        SHUFFLED: "does not help",
    }


def test_the_generator_is_picked_on_validation_people_and_never_on_test_people(tables):
    picked = row(tables, BY_VALIDATION)
    assert picked["accuracy"] == pytest.approx(row(tables, "good")["accuracy"])
    assert picked["accuracy"] < row(tables, "lucky")["accuracy"]  # best on test people


def test_recorded_movements_alone_are_taken_where_nothing_does_better_on_validation_people(
    tmp_path,
):
    rows = [r for r in answer_rows(0) if r["generator"] in ("", "same", "bad", OTHER_PEOPLE)]
    picked = row(tables_of(tmp_path, [rows]), BY_VALIDATION)
    assert picked["difference"] == 0
    assert picked["n_synthetic"] == 0
    assert picked["verdict"] == "does not help"


def test_each_fold_picks_by_its_own_validation_people(tmp_path):
    second = answer_rows(1)
    for r in second:
        if r["split"] == "validation" and r["generator"] == "good":
            r["right"] = 0
    picked = row(tables_of(tmp_path, [answer_rows(0), second]), BY_VALIDATION)
    of_both = np.mean([15, 15, 13, 15, 16, 12, *[19] * 6]) / 20
    assert picked["accuracy"] == pytest.approx(of_both)


def test_a_generator_that_made_nothing_in_a_fold_is_compared_on_the_other_folds(tmp_path):
    without = [r for r in answer_rows(1) if r["generator"] != "good"]
    good = row(tables_of(tmp_path, [answer_rows(0), without]), "good")
    assert good["n_participants"] == 6
    assert good["difference"] == pytest.approx((86 - 60) / 120)


def test_under_five_people_nothing_is_said_of_a_difference(tmp_path):
    few = tables_of(tmp_path, [answer_rows(0, n_people=4)])
    assert row(few, "good")["verdict"] == "not estimable"


def test_seeds_are_averaged_within_a_person(tmp_path):
    again = [r | {"seed": 1, "right": r["trials"] - r["right"]} for r in answer_rows(0)]
    both = tables_of(tmp_path, [[*answer_rows(0), *again]])
    assert row(both, "good")["accuracy"] == pytest.approx(0.5)
    assert row(both, "good")["n_seeds"] == 2
    assert row(both, "good")["n_participants"] == 6


def test_measures_are_means_over_folds_beside_those_of_recorded_movements(tmp_path):
    tables = tables_of(tmp_path, [answer_rows(0), answer_rows(1)])
    made = tables["quality"].set_index("source").loc["good"]
    assert (made["value"], made["least"], made["greatest"]) == (2.25, 1.5, 3.0)
    assert made["ratio_to_training"] == 1.5
    assert {*tables["likeness"]["measure"]} == {"frechet_distance"}
    assert {*tables["memory"]["measure"]} == {"nearest_ratio"}


def test_tables_come_back_as_they_were_written(tables, tmp_path):
    write_study_tables(tables, tmp_path / "study")
    for name, table in read_study_tables(tmp_path / "study").items():
        pd.testing.assert_frame_equal(table, tables[name])
    assert (tmp_path / "study/utility.csv").is_file()


def test_the_page_says_synthetic_and_plainly_what_does_not_help(tables, tmp_path):
    write_study_page(tables, "gait_pattern", None, True, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "Synthetic and simulated data" in page
    assert "synthetic movement helps: +0.217" in page
    assert "labels dealt out at random does not help: " in page
    assert "30 % of the worst class" in page


def test_the_page_judges_nothing_on_four_people(tmp_path):
    few = tables_of(tmp_path, [answer_rows(0, n_people=4)])
    write_study_page(few, "gait_pattern", None, False, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "synthetic movement cannot be judged on 4 test people: +0.200." in page
    assert "believe none of it" not in page


def test_the_page_warns_where_a_control_fails(tmp_path):
    rows = answer_rows(0)
    for r in rows:
        if r["split"] == "test" and r["generator"] == SHUFFLED:
            r["right"] = 20
        if r["split"] == "test" and r["generator"] == OTHER_PEOPLE:
            r["right"] = 10
    write_study_page(
        tables_of(tmp_path, [rows]), "gait_pattern", None, False, tmp_path / "page.html"
    )
    page = (tmp_path / "page.html").read_text()
    assert "believe none of it" in page
    assert "cannot be seen here" in page
