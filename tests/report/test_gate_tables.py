"""Missed and vain questions with their n, and the tasks that were left out with the reason."""

from types import SimpleNamespace

import pandas as pd

from biomechgpt.evaluation.gate_errors import COLUMNS
from biomechgpt.report.sections.questions_asked import gates, left_out

ROWS = [
    ("fall_history", "tiny-all", "yes", 6, 1, 0, 3, 5, 10, 1),
    ("fall_history", "tiny-all", "no", 1, 4, 4, 15, 8, 20, 1),
    ("fall_history", "other", "no", 20, 0, 0, 0, 8, 20, 1),
]


def results(table: pd.DataFrame | None):
    return SimpleNamespace(table=lambda name: table, variants=["tiny-all"])


def test_missed_and_vain_questions_are_shares_with_their_n(settings):
    (table,) = gates(results(pd.DataFrame(ROWS, columns=list(COLUMNS))), settings.tasks)
    first, second = table.rows
    assert first[0] == ("fall history", "diagnosis is lower limb prosthesis user", "", "")
    assert [first[1], second[1]] == ["applies", "does not apply"]
    assert [(cell.text, cell.sub) for cell in first[2:5]] == [
        ("60 %", "6 of 10"), ("10 %", "1 of 10"), ("30 %", "3 of 10"),
    ]  # fmt: skip
    assert second[2:] == [
        ("5 %", "1 of 20", "", ""), ("20 %", "4 of 20", "", ""), ("75 %", "15 of 20", "", ""),
        "4", "8", "20",
    ]  # fmt: skip
    assert "80 %" in table.caption


def test_without_a_table_there_is_no_section(settings):
    assert gates(results(None), settings.tasks) == []


def test_tasks_left_out_say_in_how_many_folds_and_why(tmp_path):
    rows = pd.DataFrame({"task": ["cadence"], "training_participants": 4, "reason": "four people"})
    rows[:0].to_parquet(tmp_path / "none.parquet")
    rows.to_parquet(tmp_path / "cadence.parquet")
    (block,) = left_out([tmp_path / "none.parquet", tmp_path / "cadence.parquet"], 10)
    assert block.items == [
        ("a question", "is asked only if at least 10 training participants have its label."),
        ("cadence", "left out in 1 of 2 folds: four people."),
    ]
    assert left_out([tmp_path / "none.parquet"], 10) == []
    assert left_out([], 10) == []
