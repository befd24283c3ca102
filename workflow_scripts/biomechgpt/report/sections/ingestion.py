"""What was accepted, and what was rejected and why."""

import pandas as pd

from biomechgpt.report.page.blocks import Paragraph, TableBlock
from biomechgpt.report.page.wording import count


def ingestion(issues: pd.DataFrame, n_trials: int) -> list:
    """Problems with counts, then every rejected file with its reason."""
    rejected = issues[issues["severity"] == "rejected"]
    text = f"{n_trials} trials were accepted and {len(rejected)} rejected"
    if issues.empty:
        return [Paragraph(f"{text}; no file had a problem.")]
    groups = issues.groupby(["severity", "stage", "problem"], sort=False)
    rows = [
        [*key, count(len(g)), count(g["trial_id"].nunique()), count(g["participant_id"].nunique())]
        for key, g in sorted(groups, key=lambda item: (item[0][0], -len(item[1])))
    ]
    head = ["severity", "stage", "problem", "times", "trials", "participants"]
    blocks = [Paragraph(f"{text}."), TableBlock("Problems met.", head, rows, n_text=3)]
    if len(rejected):
        names = ["trial_id", "file", "problem", "detail"]
        cells = rejected[names].to_numpy().tolist()
        head = ["trial", "file", "problem", "reason and what to do"]
        blocks.append(TableBlock("Every rejected file.", head, cells, n_text=4, long=True))
    return blocks
