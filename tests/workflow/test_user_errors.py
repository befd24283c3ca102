"""What a user did wrong is one sentence on the terminal of a dry run, before any job, without frames."""

import pytest
import yaml

from tests.helpers.project_copies import copy_project, run

pytestmark = pytest.mark.slow
PEOPLE = "participant_id\timpaired\tdiagnosis\nA\tno\tstroke\nB\tyes\tstroke\nC\tyes\tn/a\n"
TRIALS = "trial_id\tparticipant_id\tfile\tactivity\twalking_speed_m_s\n" + "".join(
    f"t{person}\t{person}\t{person}.mot\toverground walking\t{speed}\n"
    for person, speed in (("A", "1.1"), ("B", "0.62"), ("C", "1.3"))
)


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    folder = copy_project(root, tmp_path_factory.mktemp("errors") / "project")
    (folder / "clinic").mkdir()
    return folder


def dry_run(project, *targets, people=PEOPLE, trials=TRIALS, **overlay):
    """Exit status and output of a dry run with a cohort of three people under an overlay."""
    (project / "clinic/participants.tsv").write_text(people)
    (project / "clinic/trials.tsv").write_text(trials)
    cohort = {"name": "clinic", "path": "clinic", "role": "both"}
    (project / "own.yaml").write_text(yaml.safe_dump({"cohorts": [cohort], **overlay}))
    return run(project, "--dry-run", *targets, config="own.yaml")


def test_a_label_that_cannot_be_stops_with_its_line_and_no_frames(project):
    code, printed = dry_run(project, trials=TRIALS.replace("0.62", "62"))
    assert code == 1
    assert "clinic/trials.tsv, line 3, column 'walking_speed_m_s': 62 lies outside" in printed
    assert "looks like cm/s, write 0.62" in printed
    assert "File" not in printed.split("InputError")[1]


def test_more_folds_than_people_stop_before_any_job(project):
    code, printed = dry_run(project, split={"scheme": "kfold", "folds": 20})
    assert code == 1
    assert "split.folds is 20, but the cohorts of role both have trials of 3 people" in printed


def test_a_model_that_is_not_there_is_named_with_its_key(project):
    code, printed = dry_run(project, "annotate", annotate={"model": "nope", "cohort": "clinic"})
    assert code == 1
    assert "InputError: annotate.model is nope: there is no such folder, name another." in printed
    assert "MissingInputException" not in printed


def test_contradictions_and_absent_columns_are_said_and_stop_nothing(project):
    people = PEOPLE.replace("\tdiagnosis", "\tdiagnosis\tfall_histry").replace("\n", "\tn/a\n")
    code, printed = dry_run(project, people=people.replace("histry\tn/a", "histry"))
    assert code == 0, printed
    assert "participants.tsv, line 2, column 'diagnosis': stroke contradicts impaired no" in printed
    assert "no table has the column fall_history; did you mean fall_histry?" in printed


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["own.yaml", "ingest_all"], "write it first: snakemake ingest_all --configfile my.yaml"),
        (["twice.yaml"], "twice.yaml, line 3: not valid YAML, the key 'finetune' stands twice"),
    ],
)
def test_faults_of_config_files_are_said_before_snakemake_loads_them(project, words, sentence):
    (project / "own.yaml").write_text("run: own\n")
    (project / "twice.yaml").write_text("finetune: {epochs: 1}\nrun: x\nfinetune: {seeds: [0]}\n")
    code, printed = run(project, "--dry-run", config=" ".join(words))
    assert code == 1
    assert sentence in printed
    assert "Traceback" not in printed
