"""Errors to look at: the trials that were answered worst, with their movement."""

from collections.abc import Mapping

import pandas as pd

from biomechgpt.report.page.blocks import Block, Cell, Drawing, Paragraph, TableBlock
from biomechgpt.report.page.wording import number, short
from biomechgpt.report.question_sections.trial_curves import SHOWN_SECONDS, TrialCurves, curves_svg
from biomechgpt.report.results import AnsweredTask

LISTED, DRAWN = 5, 3


def worst_answered(answers: pd.DataFrame) -> pd.DataFrame:
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


def trials_to_draw(answers: pd.DataFrame) -> dict[str, str]:
    """The trials whose curves are shown, of all tasks, and the fold that each was tested in."""
    worst = [worst_answered(rows).head(DRAWN) for _, rows in answers.groupby("task", sort=False)]
    return {row.trial_id: row.fold for rows in worst for row in rows.itertuples()}


def worst_trials(
    answers: pd.DataFrame | None, task: AnsweredTask, curves: Mapping[str, TrialCurves]
) -> list[Block]:
    """The table of the worst trials and the curves of the first of them."""
    if answers is None:
        return [Paragraph("This part is left out: answers.parquet was not given.", "quiet")]
    worst = worst_answered(answers)
    if worst.empty:
        return [Paragraph("Most seeds answer every trial right.")]
    by_trial = dict(list(answers.groupby("trial_id", sort=False)))
    trials = [by_trial[trial].sort_values("seed") for trial in worst["trial_id"]]
    table = _numbers(trials, task.unit) if task.kind == "regression" else _classes(trials)
    return [table, _curves(trials, task, curves)]


def _classes(trials: list[pd.DataFrame]) -> TableBlock:
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
    return TableBlock(caption, head, cells, n_text=3)


def _differential(row: pd.Series) -> str:
    pairs = zip(row["ranked_options"], row["ranked_probabilities"], strict=True)
    return ", ".join(f"{option} {number(share)}" for option, share in list(pairs)[:3])


def _numbers(trials: list[pd.DataFrame], unit: str) -> TableBlock:
    cells = [
        [
            Cell(first.trial_id, first.participant_id),
            short(first.truth_number),
            Cell(", ".join(short(value) for value in rows["number"])),
            short(rows["error"].mean()),
            "–" if pd.isna(first.low_90) else f"{short(first.low_90)} to {short(first.high_90)}",
        ]
        for rows in trials
        for first in [rows.iloc[0]]
    ]
    caption = f"The trials with the largest errors, one a participant, in {unit or 'its own unit'}."
    head = ["trial", "truth", "answers of the seeds", "mean error", "90 % interval, first seed"]
    return TableBlock(caption, head, cells)


def _curves(
    trials: list[pd.DataFrame], task: AnsweredTask, curves: Mapping[str, TrialCurves]
) -> Block:
    first_seeds = {rows["trial_id"].iloc[0]: rows.iloc[0] for rows in trials[:DRAWN]}
    drawn = {trial: curves[trial] for trial in first_seeds if trial in curves}
    if not drawn:
        return Paragraph("Curves are left out: no joint angles were given.", "quiet")
    subtitles = {trial: _truth_and_answer(first_seeds[trial], task.unit) for trial in drawn}
    caption = (
        f"Joint angles of the trials above, the first {SHOWN_SECONDS:.0f} seconds: as recorded and "
        "(dotted) as the tokens keep them, which is all that a model of codes sees."
    )
    words = "; ".join(f"{trial}, {line}" for trial, line in subtitles.items())
    alt = (
        f"Hip, knee, trunk and arm angles over time of the worst answers on {task.title}: {words}."
    )
    return Drawing(curves_svg(drawn, subtitles), caption, alt)


def _truth_and_answer(row: pd.Series, unit: str) -> str:
    if row["kind"] == "regression":
        return f"truth {short(row['truth_number'])}, answer {short(row['number'])} {unit}".strip()
    return f"truth {row['truth']}, answer {row['decided']}"
