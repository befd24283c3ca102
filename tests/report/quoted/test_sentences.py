"""The text that README and docs quote follows from the figures, whatever they are."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.report.quoted.machines import processor_sentence
from biomechgpt.report.quoted.marked_blocks import BLOCK, END, fill
from biomechgpt.report.quoted.opponents import tally
from biomechgpt.report.quoted.sentences import text_blocks
from tests.helpers.small_run_of_figures import CONFIG

EXPECTED = Path(__file__).with_name("expected_page.md")


def test_a_known_run_gives_the_expected_page(record):
    page = EXPECTED.read_text(encoding="utf-8")
    blank = BLOCK.sub(lambda block: f"<!-- figures: {block[1]} -->\n{END}", page)
    assert fill(blank, text_blocks(record, {}), "page") == page


def test_every_block_is_on_the_expected_page(record):
    page = EXPECTED.read_text(encoding="utf-8")
    assert [block[1] for block in BLOCK.finditer(page)] == list(text_blocks(record, {}))


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ("a", "is better on the only question"),
        ("aa", "is better on both questions"),
        ("aaa", "is better on all 3 questions"),
        ("bbb", "is worse on all 3 questions"),
        ("nnn", "cannot be told from it on all 3 questions"),
        ("nan", "cannot be told from it on 2 of 3 questions and is better on q1"),
        ("anb", "is better on 1 of 3 questions, is worse on q2, and cannot be told from it on q1"),
        ("bbbaa", "is worse on 3 of 5 questions and is better on q3 and q4"),
        (
            "eabn",
            "is better on 1 of 4 questions, is worse on q2, cannot be told from it on q3, "
            "and cannot be compared with it on q0",
        ),
    ],
)
def test_a_tally_is_true_of_any_outcome(verdicts, words):
    names = {"a": "above", "b": "below", "n": "not distinguishable", "e": "not estimable"}
    rows = [SimpleNamespace(task=f"q{i}", verdict=names[v]) for i, v in enumerate(verdicts)]
    assert tally(rows) == words


def test_texts_that_can_all_be_read_are_said_to_be(record):
    readable = record._replace(unreadable=record.unreadable.assign(unreadable=0))
    words = "All 1,216 generated texts could be read as an answer."
    assert text_blocks(readable, {})["texts"] == words


def test_a_difficulty_away_from_the_papers_is_said_to_be(record):
    figures = record.figures.copy()
    figures.loc[figures["metric"] == "weighted_f1", "value"] = 0.70
    words = "None of 1 is within 0.10 of the paper's."
    assert text_blocks(record._replace(figures=figures), {})["difficulty"].endswith(words)


def test_chance_is_the_better_of_shuffled_labels_and_always_the_same_answer(record):
    config = record.run["config"]
    baselines = config["baselines"] | {"clock": {"kind": "majority"}}
    run = record.run | {"config": config | {"baselines": baselines}}
    rows = text_blocks(record._replace(run=run), {})["results"].splitlines()
    assert "| `clock` 0.30, worse | 24, 96 |" in rows[2]
    assert "| `clock` 1.10 | 9, 12 |" in rows[3]


@pytest.mark.parametrize(
    ("finetune", "words"),
    [
        ({"seeds": [0]}, "the mean of 1 seed, with"),
        (
            {"seeds": [0, 1], "redraw_tokenizer": True},
            "the mean of 2 seeds, each with a tokenizer and a base of its own, with",
        ),
    ],
)
def test_what_seeds_share_is_said(record, finetune, words):
    run = record.run | {
        "config": record.run["config"] | {"finetune": CONFIG["finetune"] | finetune}
    }
    assert words in text_blocks(record._replace(run=run), {})["cohort"]


def test_recordings_are_not_called_simulated(record):
    blocks = text_blocks(record._replace(run=record.run | {"simulated": False}), {})
    assert "on a cohort of 80 participants" in blocks["cohort"]
    assert "simulate" not in blocks["cohort"]
    assert "nothing" in blocks["difficulty"]


def test_a_run_without_baselines_is_compared_with_nobody(record):
    config = record.run["config"] | {"baselines": {}}
    blocks = text_blocks(record._replace(run=record.run | {"config": config}), {})
    assert blocks["comparisons"] == ""
    assert "| 0.70 (0.62 to 0.78) | – | – | – |" in blocks["results"]


def test_times_of_tests_and_short_runs_are_whole_minutes(record):
    run = record.run | {"busy_s": 20.0, "tests_s": 769.0, "cores": 1, "peak_memory_mib": None}
    words = "On 1 core (Slow 80486) `make run` took 1 minute, `make test` 13 minutes, installation apart."
    assert text_blocks(record._replace(run=run), {})["time"] == words


def test_another_machine_stands_beside_the_quoted_figures(record):
    figures = record.figures.copy()
    figures.loc[(figures["model"] == "small") & (figures["task"] == "rise_and_walk"), "value"] = 1.5
    figures.loc[(figures["model"] == "clock") & (figures["task"] == "rise_and_walk"), "verdict"] = (
        "below"
    )
    run = record.run | {"processor": "Fast 80486", "cores": 8}
    other = record._replace(run=run, figures=figures)
    assert text_blocks(record, {"elsewhere": other})["machines"] == (
        "- On 8 cores of Fast 80486 the same run gave, in brackets the figure quoted: pastime 0.70 "
        "(0.70) and rise and walk 1.50 (1.25). Verdicts that differ: rise and walk against the "
        "length of the trial alone (`clock`)."
    )
    assert text_blocks(record, {"same": record})["machines"].endswith("No verdict differs.")


def test_figures_of_several_processors_are_quoted_from_least_to_largest(tmp_path):
    path = tmp_path / "processors.csv"
    path.write_text("task,metric,80386,80486,Z80\nsort,macro_f1,0.5,0.75,0.6\npace,mae,2,1.5,1\n")
    assert processor_sentence(path) == (
        "Runs of an earlier version with the same settings on 3 processors lay from sort 0.50 to 0.75 "
        "and pace 1.00 to 2.00 (macro F1 of classes, mean absolute error of numbers)."
    )


def test_a_run_of_other_settings_is_not_compared(record):
    config = record.run["config"] | {"simulate": CONFIG["simulate"] | {"seed": 8}}
    other = record._replace(run=record.run | {"config": config})
    with pytest.raises(InputError, match="docs/runs/elsewhere was made with other settings"):
        text_blocks(record, {"elsewhere": other})


def test_an_interval_that_is_not_estimable_is_called_so(record):
    figures = record.figures.assign(low=float("nan"), high=float("nan"))
    blocks = text_blocks(record._replace(figures=pd.DataFrame(figures)), {})
    assert "0.70 (interval not estimable)" in blocks["results"]
