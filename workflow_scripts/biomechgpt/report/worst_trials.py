"""Errors to look at: the trials that were answered worst, with their movement."""

from collections.abc import Mapping

import pandas as pd

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import Cell, Figure, Table, Text, number, short
from biomechgpt.report.movement import SHOWN_SECONDS, Movement, curves_svg

LISTED, DRAWN = 5, 3


def choose(answers: pd.DataFrame) -> pd.DataFrame:
    """The trials of one task that were answered worst, one a participant, worst first.

    Columns trial_id, participant_id, fold and `badness`: one minus the mean probability of the
    truth, among trials that most seeds got wrong; the mean absolute error of numbers.
    """
    regression = answers["kind"].eq("regression").any()
    right = answers["right"].astype(float).fillna(0.0)
    surprise = 1 - answers["truth_probability"].astype(float).fillna(right)
    badness = answers["error"].astype(float).abs() if regression else surprise
    rows = answers.assign(badness=badness, right_share=right).groupby("trial_id", sort=False)
    trials = rows.agg(
        participant_id=("participant_id", "first"),
        fold=("fold", "first"),
        badness=("badness", "mean"),
        right_share=("right_share", "mean"),
    )
    wrong = trials if regression else trials[trials["right_share"] < 0.5]
    wrong = wrong.dropna(subset=["badness"]).sort_values("badness", ascending=False, kind="stable")
    return wrong.drop_duplicates("participant_id").head(LISTED).reset_index()


def to_draw(answers: pd.DataFrame) -> dict[str, str]:
    """The trials whose curves are shown, of all tasks, and the fold that each was tested in."""
    chosen = [choose(rows).head(DRAWN) for _, rows in answers.groupby("task", sort=False)]
    return {row.trial_id: row.fold for rows in chosen for row in rows.itertuples()}


def blocks(
    answers: pd.DataFrame | None, task, unit: str, movements: Mapping[str, Movement]
) -> list:
    """The table of the worst trials and the curves of the first of them."""
    if answers is None:
        return [Text("This part is left out: answers.parquet was not given.", "quiet")]
    worst = choose(answers)
    if worst.empty:
        return [Text("Most seeds answer every trial right.")]
    by_trial = dict(list(answers.groupby("trial_id", sort=False)))
    rows = [by_trial[trial].sort_values("seed") for trial in worst["trial_id"]]
    table = _numbers(rows, unit) if task.kind == "regression" else _classes(rows)
    return [table, *_curves(rows, task, unit, movements)]


def _classes(trials: list[pd.DataFrame]) -> Table:
    cells = [
        [
            Cell(first.trial_id, first.participant_id),
            first.truth,
            _differential(first),
            number(rows["truth_probability"].mean()),
            f"{rows['right'].astype(bool).sum()} of {len(rows)}",
            Cell("", str(first.answer)[:80]),
        ]
        for rows in trials
        for first in [rows.iloc[0]]
    ]
    caption = (
        "The trials that the model was most wrong about, one a participant. The ranking is of the "
        "first seed, the probability of the truth the mean of the seeds."
    )
    head = ["trial", "truth", "ranking", "probability of the truth", "seeds right", "text"]
    return Table(caption, head, cells, n_text=3)


def _differential(row: pd.Series) -> str:
    pairs = zip(row["ranked_options"], row["ranked_probabilities"], strict=True)
    return ", ".join(f"{option} {number(share)}" for option, share in list(pairs)[:3])


def _numbers(trials: list[pd.DataFrame], unit: str) -> Table:
    cells = [
        [
            Cell(first.trial_id, first.participant_id),
            short(first.truth_number),
            Cell(", ".join(short(value) for value in rows["number"])),
            short(rows["error"].mean()),
            _interval(first),
        ]
        for rows in trials
        for first in [rows.iloc[0]]
    ]
    caption = f"The trials with the largest errors, one a participant, in {unit or 'its own unit'}."
    head = ["trial", "truth", "answers of the seeds", "mean error", "90 % interval, first seed"]
    return Table(caption, head, cells)


def _interval(row: pd.Series) -> str:
    return "–" if pd.isna(row["low_90"]) else f"{short(row['low_90'])} to {short(row['high_90'])}"


def _curves(trials: list[pd.DataFrame], task, unit: str, movements: Mapping) -> list:
    shown = {rows["trial_id"].iloc[0]: rows.iloc[0] for rows in trials[:DRAWN]}
    found = {trial: movements[trial] for trial in shown if trial in movements}
    if not found:
        return [Text("Curves are left out: no joint angles were given.", "quiet")]
    told = {trial: _told(shown[trial], unit) for trial in found}
    caption = (
        f"Joint angles of the trials above, the first {SHOWN_SECONDS:.0f} seconds: as recorded and "
        "(dotted) as the tokens keep them, which is all that the language model sees."
    )
    words = "; ".join(f"{trial}, {line}" for trial, line in told.items())
    alt = f"Hip, knee, trunk and arm angles over time of the worst answers on {plain(task.task)}: "
    return [Figure(curves_svg(found, told), caption, f"{alt}{words}.")]


def _told(row: pd.Series, unit: str) -> str:
    if row["kind"] == "regression":
        return f"truth {short(row['truth_number'])}, answer {short(row['number'])} {unit}".strip()
    return f"truth {row['truth']}, answer {row['decided']}"
