"""A task of a few lines is asked in its own words, or in built ones; another word asks anew and no more."""

import re

import pandas as pd
import pytest
import yaml

from tests.helpers.project_copies import copy_project, snakemake

pytestmark = pytest.mark.slow
CONFIGS = "presets/ci.yaml words.yaml"
QUESTIONS = "results/words/holdout/questions/seed-0.parquet"
SMALL = {  # people enough to ask in every wording
    "run": "words",
    "simulate": {"participants": 24, "max_trials_per_participant": 2},
    "ingest": {"shards": 1},
    "finetune": {"seeds": [0]},
}
PLAN = ("--dry-run", "generate_questions_all")
SEX = {"kind": "classification", "label": "sex", "options": ["female", "male"]}
HEIGHT = {"kind": "regression", "label": "height_m", "unit": "m", "decimals": 2}
TEXTS = {"train": ["How tall is it, {{in}} {unit}?", "Height:"], "held_out": ["Stature in {unit}:"]}


def write_config(project, texts):
    tasks = {"sex": SEX, "height": HEIGHT | {"phrasings": texts}}
    (project / "words.yaml").write_text(yaml.safe_dump(SMALL | {"tasks": tasks}))


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    folder = copy_project(root, tmp_path_factory.mktemp("words") / "project")
    write_config(folder, TEXTS)
    (folder / "printed.txt").write_text(snakemake(folder, "generate_questions_all", config=CONFIGS))
    return folder


def texts_of(project, task) -> dict[str, set[str]]:
    """By split the questions of a task."""
    rows = pd.read_parquet(project / QUESTIONS).query("task == @task")
    return {split: set(group) for split, group in rows.groupby("split")["question"]}


def test_questions_are_asked_in_the_words_of_the_config_or_in_built_ones(project):
    texts = texts_of(project, "height")
    assert texts["train"] == {"How tall is it, {in} m?", "Height:"}
    assert texts["test"] == {"Stature in m:"}
    assert "What is the sex, female or male?" in texts_of(project, "sex")["train"]
    printed = (project / "printed.txt").read_text()
    assert "tasks.sex has neither phrasings nor a file resources/phrasings/sex.yaml" in printed
    assert "tasks.height has" not in printed
    log = (project / "results/words/logs/write_phrasings/sex.log").read_text()
    assert "built from label, unit and options" in log


def test_another_text_asks_anew_and_a_comment_in_a_file_does_not(project):
    path = project / "resources/phrasings/cadence.yaml"
    path.write_text(f"# Another comment.\n{path.read_text()}")
    assert "Nothing to be done" in snakemake(project, *PLAN, config=CONFIGS)
    write_config(project, TEXTS | {"train": ["Height?"]})
    printed = snakemake(project, *PLAN, config=CONFIGS)
    jobs = re.findall(r"^(\w+) +\d+$", printed.split("Job stats:")[1], re.MULTILINE)
    assert set(jobs) == {"write_phrasings", "generate_questions", "generate_questions_all", "total"}
    snakemake(project, "generate_questions_all", config=CONFIGS)
    assert texts_of(project, "height")["train"] == {"Height?"}
