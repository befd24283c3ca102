"""The example shows every table and column, and its templates are tables that can be filled in."""

import pytest
import yaml

from biomechgpt.cohort.table_faults import REQUIRED
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.simulation.example_cohort import write_example
from tests.helpers.paths import read_yaml


@pytest.fixture(scope="module")
def numbers():
    return [read_yaml(f"resources/{name}.yaml") for name in ("normal_gait", "simulated_cohort")]


@pytest.fixture(scope="module")
def example(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("example") / "cohort"
    write_example(folder, *numbers)
    return folder


def test_the_readme_explains_each_column_and_says_that_all_is_simulated(example):
    text, cohort = (example / "README").read_text(), read_cohort("example", example)
    assert "SIMULATED DATA" in text
    for table in (cohort.participants, cohort.trials):
        for column in table:
            assert f"\n  {column} " in text


def test_filled_templates_are_a_cohort(example, tmp_path):
    for table in REQUIRED:
        head = (example / f"templates/{table}.tsv").read_text()
        assert head.split()[0] == REQUIRED[table][0]
        ids = {"participant_id": "P1", "trial_id": "t1", "file": "walk.mot"}
        row = [ids.get(column, "n/a") for column in head.split()]
        (tmp_path / f"{table}.tsv").write_text(head + "\t".join(row) + "\n")
    cohort = read_cohort("own", tmp_path)
    assert cohort.trials["file"].tolist() == ["walk.mot"]


def test_its_config_names_the_folder(example):
    (entry,) = yaml.safe_load((example / "config.yaml").read_text())["cohorts"]
    assert entry["path"] == str(example)


def test_a_folder_that_is_there_is_left_alone(example, numbers):
    before = sorted(example.rglob("*"))
    with pytest.raises(InputError, match="is there already"):
        write_example(example, *numbers)
    assert sorted(example.rglob("*")) == before
