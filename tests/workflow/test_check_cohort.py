"""`snakemake check_cohort` runs nothing else, prints its page, and ends with 1 where the run would stop."""

import subprocess
import sys

import pandas as pd
import pytest

from tests.helpers.project_copies import copy_project, run, snakemake

pytestmark = pytest.mark.slow
CONFIGS = "presets/ci.yaml example_cohort/config.yaml"
SIDES = ["train", "validation", "test"]


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A project with an example cohort, as `make example-cohort` writes it."""
    folder = copy_project(root, tmp_path_factory.mktemp("check") / "project")
    script = "workflow_scripts/example_cohort.py"
    done = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True)
    assert "check_cohort --configfile example_cohort/config.yaml" in done.stdout
    return folder


def printed_counts(page: str) -> dict[str, list[int]]:
    """By question people and recordings, then people to train on, to validate on and tested."""
    lines = page.split("asked from")[1].split("People of each option")[0].splitlines()[2:]
    rows = (line.split() for line in lines if line.split())
    return {name: [int(number) for number in numbers] for name, *numbers, _ in rows}


def test_the_example_passes_and_the_counts_are_those_of_the_run(project):
    code, printed = run(project, "check_cohort", config=CONFIGS)
    assert code == 0, printed
    assert "Nothing stops the run" in printed
    made = {path.name for path in (project / "results/example").iterdir()}
    assert made == {"check_cohort.txt", "check_cohort.tsv", "logs"}
    counts = printed_counts((project / "results/example/check_cohort.txt").read_text())
    table = "results/example/holdout/questions/table-1.parquet"
    snakemake(project, table, config=CONFIGS)
    in_run = pd.read_parquet(project / table).set_index("task")
    assert len(in_run) > 3
    for task, row in in_run.iterrows():
        assert counts[task][2:] == [row[f"{side}_participants"] for side in SIDES]
        assert counts[task][1] == sum(row[f"{side}_samples"] for side in SIDES)


def test_faults_that_stop_every_run_stop_no_check_and_make_it_end_with_1(project):
    people, trials = (project / f"example_cohort/{t}.tsv" for t in ("participants", "trials"))
    before = people.read_text(), trials.read_text()
    people.write_text(before[0].replace("stroke", "Storke", 1))
    trials.write_text(before[1].replace("motion/S001/S001_T01.mot", "../S001_T01.mot", 1))
    assert run(project, "--dry-run", config=CONFIGS)[0] == 1
    code, printed = run(project, "check_cohort", config=CONFIGS)
    people.write_text(before[0])
    trials.write_text(before[1])
    assert code == 1
    assert "Storke is none of tasks.diagnosis.options; did you mean stroke?" in printed
    assert "'../S001_T01.mot' must be a path inside example_cohort" in printed
    assert "The run would stop: 2 fault(s)" in printed
    assert "Traceback" not in printed


def test_no_other_target_may_stand_beside_it(project):
    code, printed = run(project, "check_cohort", "all", config=CONFIGS)
    assert code == 1
    assert "check_cohort must be the only target" in printed
