"""The leakage audit: what was looked for, and what was found."""

import pandas as pd

from biomechgpt.report.blocks import Cell, Table, Text, count
from biomechgpt.report.task_tables import left_out

TONES = {"none found": "good", "leak": "bad"}


def audit(table: pd.DataFrame | None) -> list:
    """`leakage.csv` in one sentence and one table."""
    if table is None:
        return [left_out("leakage")]
    leaks = (table["verdict"] == "leak").sum()
    said = f"{leaks} of them found a leak." if leaks else "None of them found a leak."
    rows = [
        [
            row.check.replace("_", " "),
            row.fold,
            Cell(row.verdict, tone=TONES.get(row.verdict, "")),
            "" if pd.isna(row.detail) else row.detail,
            count(row.found),
        ]
        for row in table.itertuples()
    ]
    text = f"{len(table)} checks on what training could have seen of the test participants. {said}"
    caption = "Leakage audit. By construction: the program cannot do otherwise, at the place named."
    head = ["check", "fold", "verdict", "detail", "cases"]
    return [Text(text), Table(caption, head, rows, n_text=4, long=len(rows) > 20)]
