"""What is quoted of a run is read from its files, written down, and read back."""

import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.report.quoted.record import COLUMNS, figures_of_run, read_record, write_record
from tests.helpers.small_run_of_figures import write_run


def test_a_record_is_read_back_as_it_was(record, tmp_path):
    write_record(record, tmp_path / "record")
    back = read_record(tmp_path / "record")
    assert back.run == record.run
    for name in COLUMNS:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(record, name))


def test_a_verdict_is_the_adjusted_one_on_the_language_model(record):
    rows = record.figures.set_index(["model", "task", "metric"])["verdict"]
    assert rows["angles", "pastime", "macro_f1"] == "below"
    assert rows["counts", "rise_and_walk", "mae"] == "above"
    assert rows["small", "rise_and_walk", "mae"] == ""


@pytest.mark.parametrize(
    "file",
    ["run.json", "metrics.parquet", "tables/comparisons.parquet", "tables/fold_sizes.parquet"],
)
def test_a_missing_file_of_a_run_is_named(results, file):
    (results / file).unlink()
    with pytest.raises(InputError, match=rf"{file} is missing\..*make run"):
        figures_of_run(results)


def test_a_missing_table_of_a_record_is_named(record, tmp_path):
    write_record(record, tmp_path / "record")
    (tmp_path / "record/figures.csv").unlink()
    with pytest.raises(InputError, match=r"figures\.csv is missing.*make figures-in-docs"):
        read_record(tmp_path / "record")


def test_a_run_of_another_version_is_refused(tmp_path):
    write_run(tmp_path / "run", {"format": 99})
    with pytest.raises(InputError, match=r"run\.json has format 99, and .* reads format 1"):
        figures_of_run(tmp_path / "run")


def test_a_damaged_description_is_refused(results):
    (results / "run.json").write_text("{")
    with pytest.raises(InputError, match=r"run\.json is no JSON"):
        figures_of_run(results)


def test_a_table_without_a_column_is_refused(results):
    path = results / "tables/fold_sizes.parquet"
    pd.read_parquet(path).drop(columns="trials").to_parquet(path)
    with pytest.raises(InputError, match="table 'fold_sizes' has no column 'trials'"):
        figures_of_run(results)


def test_a_task_called_na_stays_a_text(record, tmp_path):
    named = record._replace(figures=record.figures.replace({"task": {"rise_and_walk": "NA"}}))
    write_record(named, tmp_path / "record")
    assert set(read_record(tmp_path / "record").figures["task"]) == {"pastime", "NA"}


def test_people_of_a_task_are_counted_once_over_folds(results):
    path = results / "tables/fold_sizes.parquet"
    sizes = pd.read_parquet(path)
    assert list(figures_of_run(results).labels["participants"]) == [80, 32]
    pd.concat([sizes, sizes.assign(fold="fold-1")]).to_parquet(path)
    assert list(figures_of_run(results).labels["participants"]) == [24, 9]


def test_the_configuration_is_that_of_the_run(record):
    assert record.run["config"]["simulate"]["seed"] == 7
