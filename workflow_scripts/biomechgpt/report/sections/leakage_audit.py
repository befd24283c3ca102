"""The leakage audit: what was looked for, and how many cases there are."""

import pandas as pd

from biomechgpt.report.page.blocks import Cell, Paragraph, TableBlock, no_table
from biomechgpt.report.page.wording import count

TONES = {"none found": "good", "leak": "bad"}


def leakage_audit(table: pd.DataFrame | None) -> list:
    """`leakage.csv` in one sentence and one table."""
    if table is None:
        return [no_table("leakage")]
    leaks = (table["verdict"] == "leak").sum()
    result = f"{leaks} of them found a leak." if leaks else "None of them found a leak."
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
    text = (
        f"{len(table)} checks on what training could have seen of the test participants. {result}"
    )
    caption = "Leakage audit. By construction: the program cannot do otherwise, at the place named."
    head = ["check", "fold", "verdict", "detail", "cases"]
    return [Paragraph(text), TableBlock(caption, head, rows, n_text=4, long=len(rows) > 20)]
