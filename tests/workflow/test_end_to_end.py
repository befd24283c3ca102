"""The CI-sized run on the simulated cohort, and the same on real recordings where they are."""

import json
import re

import pandas as pd
import pytest
import yaml

from biomechgpt.cohort.tables import read_cohort
from biomechgpt.questions.label_checks import check_labels, contradictions
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.report.quoted.record import figures_of_run
from biomechgpt.report.quoted.sentences import text_blocks
from biomechgpt.settings.tasks_section import task_settings
from biomechgpt.splits.folds import check_folds
from tests.helpers.project_copies import copy_project, snakemake

pytestmark = pytest.mark.slow
# Baselines that look the same to whatever the tokens were made of.
READ_TOKENS_ALONE = ("majority", "duration", "n-grams", "rocket-decoded")


@pytest.fixture(scope="module")
def results(finished):
    return finished / "results/ci"


@pytest.fixture(scope="module")
def predictions(results):
    return read_predictions(sorted(results.glob("*/predictions/*/*.parquet")))


def test_report_opens_offline_and_says_simulated(results):
    page = (results / "report.html").read_text()
    assert "Simulated data" in page
    assert not re.search(r"""(src|href)=["']https?:""", page)
    for title in ("Classification", "Numbers", "Motion tokenizer", "Time and memory"):
        assert title in page


def test_snakemakes_own_report_takes_page_tables_and_figures(finished):
    printed = snakemake(finished, "--report", "snakemake-report.html")
    assert "Report created" in printed
    text = (finished / "snakemake-report.html").read_text()
    for category in ("1 Report", "2 Figures", "3 Tables of the page", "5 Data"):
        assert category in text
    assert "everything on one page" in text


def test_terminal_shows_what_was_accepted_and_where_to_look(finished):
    printed = (finished / "printed.txt").read_text()
    assert re.search(r"\d+ trials of 48 participants accepted", printed)
    assert "Open results/ci/report.html" in printed


def test_a_finished_run_can_be_quoted_in_docs(results):
    record = figures_of_run(results)
    assert record.run["config"]["run"] == "ci"
    assert record.run["busy_s"] > 0
    blocks = text_blocks(record, {})
    assert "on a **simulated** cohort" in blocks["cohort"]
    assert "of 48 participants" in blocks["cohort"]
    assert blocks["comparisons"].count("Against chance") == 1


def test_movement_can_be_looked_at_and_is_called_simulated(results):
    page = (results / "movement/compact.html").read_text()
    assert page.count("Simulated data</b></h2>") == page.count("<h2>") == 4
    assert not re.search(r"""(src|href)=["']""", page)


def test_reconstructions_are_cohort_folders_of_the_test_participants(edited):
    snakemake(edited, "reconstruct_all")
    results = edited / "results/ci"
    folders = sorted((results / "holdout/reconstructions/compact").iterdir())
    cohorts = [read_cohort(folder.name, folder) for folder in folders]
    written = {trial for cohort in cohorts for trial in cohort.trials["trial_id"]}
    folds = pd.read_csv(results / "folds.tsv", sep="\t", dtype=str)
    tested = set(folds.query("split == 'test'")["participant_id"])
    trials = pd.read_parquet(results / "trials.parquet")
    assert written == set(trials[trials["participant_id"].isin(tested)]["trial_id"])
    first = cohorts[0].trials.iloc[0]
    text = (folders[0] / first["file"]).read_text()
    assert "simulated, not recorded" in text
    n_frames = trials.set_index("trial_id")["n_frames"][first["trial_id"]]
    assert f"nRows={n_frames // 4 * 4}\n" in text


def test_simulated_labels_are_plausible_and_contradict_nothing(finished, results):
    tasks = task_settings(yaml.safe_load((finished / "config.yaml").read_text())["tasks"])
    cohorts = [read_cohort("simulated", results / "cohorts/simulated")]
    check_labels(cohorts, tasks)
    assert contradictions(cohorts, tasks) == []


def test_every_model_answers_the_same_questions(predictions):
    questions = predictions.groupby(["variant", "seed"]).apply(
        lambda rows: frozenset(zip(rows["trial_id"], rows["task"], strict=True)),
        include_groups=False,
    )
    baselines = {
        "majority",
        "duration",
        "xgboost",
        "n-grams",
        "gait-features",
        "rocket-decoded",
    } | {"soft-tokens"}
    names = questions.index.get_level_values("variant")
    assert set(names) == {"tiny-continuous", "tiny-all", "kinematics", "chance"} | baselines
    measured = questions[names == "kinematics"]
    assert {task for _, task in measured.iloc[0]} == {"cadence", "walking_speed"}
    assert measured.nunique() == 1
    assert questions[names != "kinematics"].nunique() == 1


def test_baselines_can_be_measured_alone(edited):
    printed = snakemake(edited, "compare_baselines")
    assert "finetune" not in printed
    table = pd.read_csv(edited / "results/ci/baselines.tsv", sep="\t")
    assert set(table["variant"]) >= {"majority", "duration", "gait-features", "kinematics"}
    assert set(table["reading"]) == {"answer", "vote"}
    macro = table.query(
        "variant == 'gait-features' and task == 'impaired' and metric == 'macro_f1' "
        "and reading == 'answer'"
    )
    assert (macro["low"] <= macro["value"]).all()
    assert (macro["n_participants"] > 5).all()


def test_nobody_is_on_two_sides(results, predictions):
    folds = pd.read_csv(results / "folds.tsv", sep="\t", dtype=str)
    check_folds(folds, pd.read_parquet(results / "trials.parquet"))
    side = folds.set_index("participant_id")["split"]
    assert (predictions["participant_id"].map(side) == predictions["split"]).all()
    assert "train" not in set(predictions["split"])


def test_held_out_phrasings_are_asked_of_held_out_people(results, predictions):
    assert predictions.query("variant == 'tiny-all'")["phrasing_held_out"].all()
    questions = pd.read_parquet(results / "holdout/questions/seed-0.parquet")
    assert not questions.query("split == 'train'")["phrasing_held_out"].any()


def test_probabilities_are_a_distribution(predictions):
    rows = predictions.query("kind == 'classification'")
    assert rows["probabilities"].map(sum).between(0.999, 1.001).all()
    assert (rows["probabilities"].map(len) == rows["options"].map(len)).all()


def test_no_temporary_file_or_checkpoint_is_left(results):
    left = [path for path in results.rglob("*") if ".tmp" in path.name or "checkpoint" in path.name]
    assert left == []


def test_tokens_name_their_tokenizer(results):
    description = json.loads((results / "holdout/models/tiny-all/seed-0/model.json").read_text())
    assert len(description["tokenizer_sha256"]) == 64


@pytest.fixture(scope="module")
def recorded(root, recordings, tmp_path_factory):
    folder = copy_project(root, tmp_path_factory.mktemp("recordings") / "project")
    cohort = {"name": "recordings", "path": str(recordings), "role": "both"}
    overlay = {"run": "recordings", "cohorts": [cohort], "split": {"folds": 2}}
    # One variant and one seed a fold: `finished` has several of both.
    overlay |= {"finetune": {"seeds": [0]}, "variants": {"tiny-all": None}}
    overlay |= {"baselines": dict.fromkeys(READ_TOKENS_ALONE)}
    (folder / "overlay.yaml").write_text(yaml.safe_dump(overlay))
    config = "presets/small_cohort.yaml presets/ci.yaml overlay.yaml"
    (folder / "printed.txt").write_text(snakemake(folder, config=config))
    return folder / "results/recordings"


def test_real_recordings_reach_a_report(recorded):
    page = (recorded / "report.html").read_text()
    assert "Simulated" not in page
    assert "70 participants, 170 trials" in page


def test_every_real_participant_is_tested_once(recorded):
    folds = pd.read_csv(recorded / "folds.tsv", sep="\t", dtype=str)
    tested = folds.query("split == 'test'")["participant_id"]
    assert tested.is_unique
    accepted = pd.read_parquet(recorded / "trials.parquet")["participant_id"].unique()
    assert set(tested) == set(accepted)


def test_real_questions(recorded):
    predictions = read_predictions(sorted(recorded.glob("*/predictions/*/*.parquet")))
    wanted = {"activity", "impaired", "diagnosis", "walking_speed", "cadence"}
    assert set(predictions["task"]) == wanted
