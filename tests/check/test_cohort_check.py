"""A check goes over all that is wrong, says what would stop the run, and counts as the run counts."""

import copy
import shutil
from pathlib import Path

import pandas as pd
import pytest

from biomechgpt.check.check_page import page
from biomechgpt.check.cohort_check import CohortCheck, check_cohorts
from biomechgpt.check.findings import Finding, would_stop, write_findings
from biomechgpt.recordings.recording import Reading, reading_with
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.simulation.example_cohort import write_example
from tests.helpers.paths import ROOT, read_yaml

CONFIG = read_yaml("config.yaml")
SECTIONS = {key: CONFIG[key] for key in RunSettings.model_fields if key in CONFIG}
MAPS = sorted(ROOT.glob("resources/coordinate_maps/*.yaml"))


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "cohort"
    numbers = (read_yaml(f"resources/{name}.yaml") for name in ("normal_gait", "simulated_cohort"))
    write_example(folder, *numbers)
    return folder


@pytest.fixture
def damaged(example, tmp_path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(example, tmp_path / "damaged"))


@pytest.fixture
def in_project(monkeypatch):
    """Files of phrasings are found from the top of the project."""
    monkeypatch.chdir(ROOT)


pytestmark = pytest.mark.usefixtures("in_project")


def check(*folders: Path, least: int = 3, **changes) -> CohortCheck:
    """Check cohorts, the first of them called clinic; `changes` are of sections of the config."""
    names = ("clinic", "gym")
    entries = [
        {"name": n, "path": str(f), "role": "both"} for n, f in zip(names, folders, strict=False)
    ]
    sections = copy.deepcopy(SECTIONS) | {"cohorts": entries, **changes}
    sections["questions"] = {"min_training_participants": least}
    settings = RunSettings.model_validate(sections)
    reading = Reading(reading_with(MAPS, settings.ingest).coordinate_maps, [], settings.ingest)
    return check_cohorts(entries, settings, reading)


def sentences(checked: CohortCheck, severity: str, topic: str) -> list[str]:
    return [f.sentence for f in checked.findings if (f.severity, f.topic) == (severity, topic)]


def stops(checked: CohortCheck) -> list[str]:
    return [finding.sentence for finding in checked.findings if finding.severity == "stops"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_nothing_stops_the_example_and_its_people_are_counted_as_in_its_tables(example):
    checked = check(example)
    assert stops(checked) == []
    people = pd.read_csv(example / "participants.tsv", sep="\t")
    trials = pd.read_csv(example / "trials.tsv", sep="\t")
    assert len(checked.trials) == len(trials)
    counts = {count.task: count for count in checked.counts}
    assert counts["impaired"].people_of_options == people["impaired"].value_counts().to_dict()
    known = set(people.loc[people["impaired"].notna(), "participant_id"])
    assert counts["impaired"].trials == trials["participant_id"].isin(known).sum()
    walks = trials[trials["walking_speed_m_s"].notna()]
    assert counts["walking_speed"].participants == walks["participant_id"].nunique()
    sides = counts["activity"]
    assert sides.training["holdout"] + sides.validation["holdout"] + sides.tested == len(people)


def test_all_that_is_wrong_is_named_in_one_go(damaged):
    edit(damaged / "participants.tsv", "stroke", "Storke")
    edit(damaged / "participants.tsv", "spinal cord injury", "Spinal Cord Injury")
    edit(damaged / "trials.tsv", "motion/S002/S002_T01.mot", "motion/S002/gone.mot")
    (damaged / "motion/S003/S003_T01.mot").write_text("junk")
    sex = {"kind": "classification", "label": "sex", "options": ["male", "female"]}
    tasks = CONFIG["tasks"] | {"sex": sex | {"phrasings": "nope.yaml"}, "sx": sex | {"label": "sx"}}
    checked = check(damaged, tasks=tasks)
    label, phrasing = stops(checked)
    assert "line 4, column 'diagnosis': Storke is none" in label
    assert phrasing == "tasks.sex.phrasings: There is no file nope.yaml; write it or name another."
    first, second = sentences(checked, "look", "recordings")[:2]
    assert first.startswith("rejected: motion/S002/gone.mot: missing_file")
    assert second.startswith("rejected: motion/S003/S003_T01.mot: unreadable")
    assert "tasks.sx.label: no table has the column sx; did you mean sex?" in (
        sentences(checked, "look", "labels")
    )
    (meant,) = sentences(checked, "note", "labels")
    assert "Spinal Cord Injury is read as spinal cord injury (1 cell(s))" in meant
    assert "tasks.sx has neither phrasings" in sentences(checked, "note", "phrasings")[0]
    stroke = {c.task: c for c in checked.counts}["diagnosis"].people_of_options["stroke"]
    people = (damaged / "participants.tsv").read_text()
    assert stroke == people.count("stroke")


def test_faults_of_a_table_hide_neither_its_labels_nor_another_cohort(damaged, example):
    edit(damaged / "participants.tsv", "S003\t", "S002\t")
    edit(damaged / "participants.tsv", "stroke", "Storke")
    checked = check(damaged, example)
    faults = sentences(checked, "stops", "tables")
    assert any(
        "line 4, column 'participant_id': 'S002' stands in line 3 already" in f for f in faults
    )
    assert any("'S003' is not in participants.tsv" in fault for fault in faults)
    assert "Storke is none" in sentences(checked, "stops", "labels")[0]
    assert "clinic are looked at once" in sentences(checked, "look", "recordings")[0]
    assert set(checked.trials["cohort"]) == {"gym"}
    assert checked.counts == []


def test_a_table_that_cannot_be_read_and_a_folder_that_is_not_there_are_both_named(
    damaged, tmp_path
):
    (damaged / "trials.tsv").unlink()
    first, second = stops(check(damaged, tmp_path / "nowhere"))
    assert "trials.tsv is missing" in first
    assert "nowhere is no folder" in second


def test_people_too_few_for_any_question_or_any_split_stop(example, damaged):
    *_, sentence = stops(check(example, least=10))
    assert sentence.startswith("variants.tiny-all: none of its tasks has 10 people to train on")
    split = CONFIG["split"] | {"scheme": "kfold", "folds": 40}
    (sentence,) = stops(check(example, split=split))
    assert "split.folds is 40, but" in sentence
    shutil.rmtree(damaged / "motion")
    assert stops(check(damaged)) == ["No recording can be used; why stands beside each."]


def test_unknown_maps_are_all_named(damaged):
    table = pd.read_csv(damaged / "trials.tsv", sep="\t", dtype=str, keep_default_na=False)
    table["coordinate_map"] = ["x", "y", *["n/a"] * (len(table) - 2)]
    table.to_csv(damaged / "trials.tsv", sep="\t", index=False)
    first, second = stops(check(damaged))
    assert "line 2, column 'coordinate_map': 'x' is none of" in first
    assert "line 3, column 'coordinate_map': 'y' is none of" in second


def test_the_page_says_what_stops_first_and_ends_with_the_verdict(damaged):
    edit(damaged / "participants.tsv", "stroke", "Storke")
    text = page(check(damaged), 3, "results/check_cohort.tsv")
    assert text.startswith(
        f"clinic ({damaged}): 12 people and 20 recordings in its tables, of which 20"
    )
    assert text.index("WOULD STOP THE RUN") < text.index("Storke") < text.index("WORTH A LOOK")
    assert "impaired: yes 6, no 5" in text
    assert text.splitlines()[-1].startswith("The run would stop: 1 fault(s) to correct")


def test_a_page_of_many_findings_counts_those_it_leaves_out(example):
    checked = check(example)
    many = [Finding("look", "recordings", f"sentence {number}") for number in range(20)]
    text = page(checked._replace(findings=many), 3, "all.tsv")
    assert "sentence 11\n" in text
    assert "sentence 12" not in text
    assert "  - and 8 more: all.tsv" in text
    assert text.endswith("Nothing stops the run; 20 thing(s) to look at.\n")


def test_findings_are_a_table_that_a_spreadsheet_opens_without_harm(tmp_path):
    path = tmp_path / "findings.tsv"
    write_findings(path, [Finding("look", "labels", "=1+1\n\tis none")])
    assert path.read_text() == "severity\ttopic\tsentence\nlook\tlabels\t'=1+1 is none\n"
    assert not would_stop(path)
    write_findings(path, [Finding("stops", "labels", "x")])
    assert would_stop(path)
    write_findings(path, [])
    assert not would_stop(path)
