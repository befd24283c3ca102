"""What the report says of models that read movement in different ways."""

import copy

import pandas as pd
import pytest

from biomechgpt.report.page.blocks import Cell
from biomechgpt.report.report_page import build_report
from biomechgpt.report.results import read_results
from biomechgpt.report.sections.movement_readings import movement_readings
from biomechgpt.report.sections.task_sentences import verdict
from biomechgpt.settings.run_settings import RunSettings
from tests.helpers import fake_predictions, fake_run
from tests.helpers.small_model import ENCODER_SETTINGS

SKILLS = {
    "told": 0.6,  # stands before the others: each pair of models is compared once, in this order
    "tiny-all": 0.5,
    "soft-all": 0.9,
    "soft-elsewhere": 0.7,
    "xgboost": 0.55,
    "soft": 0.8,
    "gait-features": 0.65,
    "chance": 0.0,
}
VARIANTS = ["told", "tiny-all", "soft-all", "soft-elsewhere"]


@pytest.fixture(scope="module")
def arms(config):
    """Settings of models that read tokens, soft tokens and words, one of them of another base."""
    cfg = copy.deepcopy(config)
    tokens, reads = cfg["variants"]["tiny-all"], {"motion": "continuous", "motion_encoder": "soft"}
    cfg["variants"] = {
        "told": tokens | reads | {"motion": "text"},
        "tiny-all": tokens,
        "soft-all": tokens | reads,
        "soft-elsewhere": tokens | reads | {"base_model": "smollm2-135m"},
    }
    cfg["motion_encoders"] = {"soft": ENCODER_SETTINGS.to_dict()}
    cfg["baselines"]["soft"] = {"kind": "soft_tokens", "motion_encoder": "soft"}
    return RunSettings.model_validate(cfg)


@pytest.fixture(scope="module")
def arms_run(tmp_path_factory):
    made = fake_predictions.make(n_participants=30, seeds=(0, 1), skills=SKILLS)
    made = made[made["task"].isin(["activity", "impaired", "tug", "fsst"])]
    return fake_run.write_run(tmp_path_factory.mktemp("arms"), made, draws=400, variants=VARIANTS)


@pytest.fixture(scope="module")
def results(arms_run, arms):
    return read_results(arms_run.metrics, arms_run.tables, arms)


@pytest.fixture(scope="module")
def tables(results, arms):
    """Over all questions, question by question, what is lost where."""
    return [block for block in movement_readings(results, arms) if block.kind == "table"]


def text(cell):
    return cell.text if isinstance(cell, Cell) else cell


def row_of(table, *cells):
    """By heading the cells of the row that begins with `cells`."""
    (row,) = [row for row in table.rows if tuple(map(text, row))[: len(cells)] == cells]
    return dict(zip(map(text, table.head), row, strict=True))


def test_nothing_is_said_of_models_that_all_read_tokens(results, settings):
    assert movement_readings(results, settings) == []


def test_the_mean_over_questions_is_that_of_the_evaluation(tables, arms_run):
    means = pd.read_csv(arms_run.tables / "mean_differences.csv")
    row = row_of(tables[0], "soft-all")
    assert row["model"].sub == "continuous: soft tokens"
    of_pair = means.query("variant == 'soft-all' and other == 'tiny-all'").iloc[0]
    assert row["minus discrete"].sub.startswith(f"+{of_pair.difference:.3f} [{of_pair.low:.3f}")
    assert row["minus discrete"].text == "▲ above"
    level = means.query("variant == 'soft-all' and against == 'uninformed'").iloc[0]
    assert row["mean"].text == f"{level.difference:.2f}"
    assert row["questions"] == "3"
    assert "chance there: four square step test" in tables[0].caption


def test_models_are_compared_with_those_of_their_own_base_alone(tables):
    elsewhere = row_of(tables[0], "soft-elsewhere")
    assert elsewhere["minus discrete"] == elsewhere["minus text"] == "–"
    row = row_of(tables[1], "activity", "soft-elsewhere")
    assert text(row["against discrete"]) == "–"
    own = row_of(tables[0], "tiny-all")
    assert own["minus discrete"] == "–"
    assert own["minus text"].text != "–"


def test_every_question_has_the_adjusted_verdicts_of_the_comparisons(tables, results):
    row = row_of(tables[1], "timed up and go", "soft-all")
    task = next(task for task in results.tasks if task.name == "tug")
    turned = results.differences["told", "soft-all", "tug", "mae"]
    ahead = results.difference("soft-all", "told", "tug", "mae")
    assert ahead.difference == -turned.difference > 0
    assert row["against text"] == verdict(ahead)
    assert row["against discrete"] == verdict(
        results.difference("soft-all", "tiny-all", "tug", "mae")
    )
    best = results.strongest(task)
    assert row["against strongest simple method"].sub.startswith(best)
    assert len(tables[1].rows) == 4 * len(VARIANTS)


def test_the_probe_sees_what_the_model_is_given(tables):
    probes = {name: row_of(tables[1], "activity", name)["probe of its input"] for name in VARIANTS}
    assert {name: cell.sub for name, cell in probes.items()} == {
        "told": "gait-features",
        "tiny-all": "xgboost",
        "soft-all": "soft",
        "soft-elsewhere": "soft",
    }


def test_a_model_that_reads_both_has_the_better_of_two_probes(results, arms):
    variants = dict(arms.variants)
    variants["soft-all"] = variants["soft-all"].model_copy(update={"motion": "both"})
    both = arms.model_copy(update={"variants": variants})
    tables = [block for block in movement_readings(results, both) if block.kind == "table"]
    for task in results.tasks:
        probe = row_of(tables[1], task.title, "soft-all")["probe of its input"]
        assert probe.sub == results.best_of(["xgboost", "soft"], task)


def test_what_is_lost_stands_from_input_to_model(tables, results):
    heads = [cell for cell in tables[2].head if isinstance(cell, Cell)]
    assert [cell.text for cell in heads][-len(VARIANTS) :] == VARIANTS
    seen = {cell.text: cell.sub for cell in heads}
    assert seen["rocket"] == "recorded angles"
    assert seen["rocket-decoded"] == "decoded tokens of compact"
    assert seen["soft-all"] == "continuous"
    assert seen["soft"] == "soft tokens of soft"
    row = row_of(tables[2], "activity")
    assert row["rocket"] == "–"  # made up without answers
    assert row["soft"] == f"{results.mean('soft', 'activity', 'macro_f1').value:.2f}"


def test_told_kinematics_are_never_called_reading(results, arms):
    first = movement_readings(results, arms)[0]
    assert first.text.startswith("Told, not read: told. ")
    assert "no reading of movement" in first.text
    read = {name: cfg for name, cfg in arms.variants.items() if name != "told"}
    without = movement_readings(results, arms.model_copy(update={"variants": read}))
    assert without[0].kind == "heading"
    assert not any("text" in text(head) for block in without[1::2] for head in block.head)


def test_the_page_has_the_section_and_its_tables_as_files(arms_run, results, arms, tmp_path):
    page, folder = tmp_path / "report.html", tmp_path / "tables"
    build_report(results, arms_run, arms, {}, True, page, folder)
    assert "How the language model reads movement" in page.read_text(encoding="utf-8")
    written = pd.read_csv(folder / "readings-1.csv")
    assert list(written["model"]) == VARIANTS
    assert (folder / "readings-3.csv").is_file()
