"""The verdicts on the paper's claims and the checklist follow from the run."""

import copy

import pandas as pd
import pytest
import yaml

from biomechgpt.report.page.blocks import Cell
from biomechgpt.report.results import read_results
from biomechgpt.report.run_files import ReportData
from biomechgpt.report.sections.checklist import ITEMS, checklist
from biomechgpt.report.sections.claims import claims
from biomechgpt.report.sections.glance import glance
from biomechgpt.report.sections.paired_comparisons import number_of_comparisons
from biomechgpt.report.sections.task_sentences import short_sentence
from biomechgpt.report.summary_table import summary
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.splits.folds_file import read_folds


@pytest.fixture(scope="module")
def results(run, config):
    return read_results(run.metrics, run.tables, RunSettings.model_validate(config))


def text(cell):
    return cell.text if isinstance(cell, Cell) else cell


def rows_of(results, config, tokenizers=None, simulated=True):
    table = claims(results, RunSettings.model_validate(config), tokenizers or {}, simulated)[-1]
    return {row[0]: [text(cell) for cell in row] for row in table.rows}, table


def told(row, verdict):
    """The row with this verdict before and after adjustment."""
    return row._replace(verdict=verdict, adjusted_verdict=verdict)


def with_verdicts(results, other, verdicts):
    """The results with other verdicts of weighted F1 against `other`, task by task."""
    changed = dict(results.differences)
    for (variant, name, task, metric), row in results.differences.items():
        if name == other and metric == "weighted_f1" and task in verdicts:
            changed[variant, name, task, metric] = told(row, verdicts[task])
    return results._replace(differences=changed)


TASKS = ("activity", "impaired", "diagnosis", "assistive_device", "fall_history")


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["above"] * 5, "same"),
        (["above"] * 4 + ["below"], "not the same"),
        (["above"] * 4 + ["not distinguishable"], "cannot be told on all"),
    ],
)
def test_beating_xgboost_is_the_same_only_if_it_is_beaten_on_all(results, config, verdicts, said):
    changed = with_verdicts(results, "xgboost", dict(zip(TASKS, verdicts, strict=True)))
    rows, _ = rows_of(changed, config)
    assert rows["Outperforms XGBoost on every classification"][3] == said


@pytest.mark.parametrize(
    ("value", "words"), [(2.0, "lies above our interval"), (-1.0, "lies below our interval")]
)
def test_a_published_figure_stands_beside_ours_with_what_differs(results, config, value, words):
    task = results.tasks[0].name
    figure = {"source": "A GRU", "metric": "accuracy", "value": value, "differs": "Six sensors."}
    tasks = config["tasks"] | {task: config["tasks"][task] | {"published": [figure]}}
    table = claims(results, RunSettings.model_validate(config | {"tasks": tasks}), {}, True)[-1]
    title, theirs, ours, verdict, differs = table.rows[0]
    assert (title.text, title.sub) == (results.tasks[0].title, "A GRU")
    own = results.mean(results.variants[0], task, "accuracy")
    assert f"accuracy {own.value:.2f}" in ours.text
    assert words in verdict.sub
    assert theirs.startswith("accuracy")
    assert differs == "Six sensors."


def test_levels_are_never_called_the_same_and_stand_with_both_sizes(results, config):
    _, table = rows_of(results, config)
    levels = [row for row in table.rows if text(row[3]) == "not comparable"]
    assert len(levels) == 9
    assert all("participants" in row[1].sub and "participant" in row[2].sub for row in levels)
    falls = next(row for row in table.rows if row[0] == "fall history")
    assert "2 participants" in falls[1].sub
    assert "no interval can be given" in falls[4]


CLAIM = "More tasks in training help each other"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("above", "same"),
        ("below", "not the same"),
        ("not distinguishable", "cannot be told on all"),
    ],
)
def test_transfer_is_judged_between_variants_that_differ_in_their_tasks_alone(
    results, config, verdict, said
):
    assert rows_of(results, config)[0][CLAIM][3] == "not tested"
    alone = copy.deepcopy(config)
    alone["variants"]["alone"] = {**config["variants"]["tiny-all"], "tasks": ["impaired"]}
    row = results.differences["tiny-all", "xgboost", "impaired", "macro_f1"]
    key = ("tiny-all", "alone", "impaired", "macro_f1")
    paired = {**results.differences, key: told(row, verdict)}
    more = results._replace(differences=paired)
    transfer = rows_of(more, alone)[0][CLAIM]
    assert transfer[2:4] == [f"{verdict} on 1 of 1", said]
    alone["variants"]["alone"]["base_model"] = "gemma-3-1b"
    assert rows_of(more, alone)[0][CLAIM][3] == "not tested"


def test_a_pair_is_read_the_right_way_whichever_of_the_two_stands_first(results, config):
    alone = copy.deepcopy(config)
    alone["variants"] = {
        "alone": {**config["variants"]["tiny-all"], "tasks": ["impaired"]}, **config["variants"],
    }  # fmt: skip
    row = results.differences["tiny-all", "xgboost", "impaired", "macro_f1"]
    names = {"variant": "alone", "other": "tiny-all"}
    measured = told(row, "above")._replace(**names, difference=0.2, low=0.1, high=0.4)
    key = ("alone", "tiny-all", "impaired", "macro_f1")
    more = results._replace(differences={**results.differences, key: measured})
    assert rows_of(more, alone)[0][CLAIM][2:4] == ["below on 1 of 1", "not the same"]
    turned = more.difference("tiny-all", "alone", "impaired", "macro_f1")
    assert (turned.difference, turned.low, turned.high) == (-0.2, -0.4, -0.1)


def test_scale_is_tested_only_by_variants_of_several_bases(results, config):
    claim = "A larger base model answers better"
    assert rows_of(results, config)[0][claim][3] == "not tested"
    more = copy.deepcopy(config)
    more["variants"]["other"] = {**config["variants"]["tiny-all"], "base_model": "gemma-3-1b"}
    assert rows_of(results, more)[0][claim][3] == "see there"


def test_the_error_of_the_tokens_is_told_both_ways(results, config, run):
    rows, _ = rows_of(results, config, run.tokenizer_measures)
    row = rows["Reconstruction error of the tokens (degrees)"]
    assert row[1] == "5.78"
    assert row[2] == "2.40 over 34 joints, 3.10 over live ones"


def checked(results, config, run):
    tables = (pd.read_parquet(run.trials), read_folds(run.folds), pd.read_parquet(run.issues))
    data = ReportData(None, {}, *tables, labels=None)
    table = checklist(results, RunSettings.model_validate(config), data)[-1]
    return {row[0]: text(row[3]) for row in table.rows}


def test_every_item_of_tripod_ai_stands_once_in_its_order():
    items = [entry["item"] for entry in yaml.safe_load(ITEMS.read_text())]
    assert len(items) == len(set(items)) == 52
    assert items == sorted(items, key=lambda item: (int(item.rstrip("abcdefg")), item))
    assert {item.rstrip("abcdefg") for item in items} == {str(n) for n in range(1, 28)}


def test_the_checklist_is_filled_from_the_run_and_says_what_it_cannot_know(results, config, run):
    said = checked(results, config, run)
    assert said["6b"].startswith("266 trials accepted, 5 rejected")
    assert said["12a"] == "By participant, holdout: 40 test."
    assert said["17"] == said["14"] == "for the authors to write"
    assert not any("not known" in sentence or "{" in sentence for sentence in said.values())


def test_the_checklist_tells_of_the_tokens_that_the_first_variant_reads(results, config, run):
    other = copy.deepcopy(config)
    compact = config["tokenizers"]["compact"]
    other["tokenizers"]["coarse"] = compact | {"codebook_size": 77, "downsampling": 16}
    other["variants"]["tiny-all"]["tokenizer"] = "coarse"
    assert "every 16 frames, from codebooks of 77 codes" in checked(results, other, run)["9b"]


def test_what_was_not_given_is_called_unknown(results, config):
    nothing = ReportData(None, {}, None, None, None, None)
    table = checklist(results, RunSettings.model_validate(config), nothing)[-1]
    said = {row[0]: text(row[3]) for row in table.rows}
    assert "(accepted not known)" in said["6b"]


def test_a_caution_of_the_config_stands_beside_the_figure(run, config):
    warned = copy.deepcopy(config)
    warned["tasks"]["impaired"]["caution"] = "The groups were exported differently."
    results = read_results(run.metrics, run.tables, RunSettings.model_validate(warned))
    task = next(t for t in results.tasks if t.name == "impaired")
    assert short_sentence(results, task).endswith("Caution: The groups were exported differently.")


def test_a_winner_is_named_only_if_its_p_stands_after_adjustment(results):
    key = ("tiny-all", "xgboost", "tug", "mae")
    row = results.differences[key]._replace(
        verdict="above", adjusted_verdict="not distinguishable", n_comparisons=9, adjusted_p=0.07
    )
    changed = results._replace(differences={**results.differences, key: row})
    task = next(t for t in changed.tasks if t.name == "tug")
    sentence = short_sentence(changed, task)
    assert "but adjusted for 9 comparisons p is 0.070" in sentence
    assert "better by" not in sentence
    cell = next(row for row in glance(changed)[-1].rows if row[0].text == "timed up and go")[4]
    assert (cell.text, cell.tone) == ("≈ not distinguishable", "even")
    assert cell.sub.endswith("above before adjustment")
    line = next(line for line in summary(changed, True).splitlines() if "timed up" in line)
    assert "▲" not in line.split("│")[4]


def test_chance_xgboost_and_majority_are_known_by_what_they_are(run, config):
    renamed = copy.deepcopy(config)
    renamed["baselines"] = {
        "xgboost-gait": {"kind": "gait_features"},
        "other-tokens": {"kind": "histogram", "tokenizer": "coarse"},
        "counts": {"kind": "histogram", "tokenizer": "compact"},
        "chance": {"kind": "rocket"},
        "gait-by-luck": {"kind": "gait_features", "labels": "shuffled"},
        "luck": {"kind": "histogram", "tokenizer": "compact", "labels": "shuffled"},
        "most-frequent": {"kind": "majority"},
    }
    results = read_results(run.metrics, run.tables, RunSettings.model_validate(renamed))
    assert (results.xgboost, results.chance, results.majority) == (
        "counts",
        "luck",
        "most-frequent",
    )
    del renamed["baselines"]["luck"], renamed["baselines"]["counts"]
    results = read_results(run.metrics, run.tables, RunSettings.model_validate(renamed))
    assert (results.xgboost, results.chance) == ("other-tokens", "gait-by-luck")


def test_a_renamed_xgboost_is_tested_and_gait_features_of_that_name_are_not_taken_for_it(
    results, config
):
    claim = "Outperforms XGBoost on every classification"
    assert rows_of(results, config)[0][claim][3] != "not tested"
    assert rows_of(results._replace(xgboost=None), config)[0][claim][2:4] == [
        "not tested in this run", "not tested",
    ]  # fmt: skip


def test_the_figures_of_the_paper_stand_where_the_config_says_so(results, config):
    moved = results._replace(paper_tasks={"tug": "fsst"})
    _, table = rows_of(moved, config)
    (level,) = [row for row in table.rows if text(row[3]) == "not comparable"]
    assert (level[0], level[1].text) == ("timed up and go", "Pearson r 0.90 ± 0.02")
    assert level[1].sub == "5 participants, 7 trials"
    assert "7 trials of 5 participants" in level[4]


def test_the_four_questions_to_which_the_simulator_was_tuned_say_so(results, config):
    tuned = [row[0] for row in rows_of(results, config)[1].rows if "was tuned towards" in row[4]]
    assert tuned == ["activity", "impaired", "diagnosis", "assistive device"]
    recorded = rows_of(results, config, simulated=False)[1].rows
    assert not any("was tuned towards" in row[4] for row in recorded)


def test_a_tally_of_weighted_f1_has_that_of_the_headline_under_it(results, config):
    changed = with_verdicts(results, "chance", dict.fromkeys(TASKS, "not distinguishable"))
    _, table = rows_of(changed, config)
    cell = next(row for row in table.rows if row[0] == "Greatly exceeds chance")[2]
    assert cell.text == "not distinguishable on 5 of 5"
    assert cell.sub == "against chance, weighted F1\nin macro F1: above on 5 of 5"


def test_numbers_are_measured_against_the_better_of_chance_and_median(results):
    rows = {"chance": 2.4, "majority": 2.3, "xgboost": 1.0}
    row = results.mean("chance", "tug", "mae")
    means = {(name, "tug", "mae", "answer"): row._replace(value=v) for name, v in rows.items()}
    changed = results._replace(means={**results.means, **means})
    task = next(t for t in results.tasks if t.name == "tug")
    assert changed.uninformed(task) == "majority"
    assert results.uninformed(task) == "chance"


def test_the_number_of_comparisons_stands_in_report_and_checklist(results, config, run):
    n = len(results.comparisons.query("variant == 'tiny-all' and metric in ['mae', 'macro_f1']"))
    assert n == 9 * 2
    estimable = n - 2  # four square step test: 4 participants
    said = checked(results, config, run)
    assert f"{estimable} comparisons with them" in said["12c"]
    assert f"{estimable} comparisons in headline measures" in said["12e"]
    rows = results.headline_comparisons
    after = rows["adjusted_verdict"].isin(["above", "below"]).sum()
    assert f"{after} verdicts remain" in said["12e"]


def test_too_few_draws_for_any_adjusted_verdict_are_said(results):
    assert "bootstrap_draws" not in number_of_comparisons(results)
    text = number_of_comparisons(results._replace(draws=100))
    assert "100 draws cannot leave a verdict in a family of 8: " in text
    assert text.endswith("evaluate.bootstrap_draws needs 319 or more.")


def test_a_weaker_method_that_wins_is_named_too(results):
    """The strongest figure need not be the surest difference."""
    activity = {
        k: row for k, row in results.differences.items() if k[1:3] == ("chance", "activity")
    }
    beaten = {key: told(row, "below") for key, row in activity.items()}
    changed = results._replace(
        simple=["xgboost", "chance"], chance=None, differences={**results.differences, **beaten}
    )
    blocks = glance(changed)
    assert "beats the language model (1 of 9)" in blocks[2].text
    assert dict(blocks[3].items)["activity"].endswith("Also beaten by chance.")


def test_questions_are_grouped_by_who_is_ahead(results):
    names = {"activity": "below", "impaired": "not distinguishable"}
    changed = {
        key: told(row, names[key[2]]) if key[2] in names else row
        for key, row in results.differences.items()
    }
    blocks = glance(results._replace(differences=changed))
    heads = [block.text for block in blocks if block.kind == "heading"]
    lists = [[name for name, _ in block.items] for block in blocks if block.kind == "sentences"]
    assert heads[0] == "Where a simple method beats the language model (1 of 9)"
    assert lists[0] == ["activity"]
    assert "impaired" in lists[1]
    assert lists[-1] == ["four square step test"]
