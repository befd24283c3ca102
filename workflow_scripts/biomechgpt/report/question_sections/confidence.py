"""What the probabilities, prediction sets and intervals of a model are worth."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from biomechgpt.evaluation.drawing_style import BLUE, INK, ORANGE
from biomechgpt.report.drawing.svg import DASHES, LEGEND, plot, with_unit
from biomechgpt.report.page.blocks import Block, Cell, Drawing, Paragraph, TableBlock, no_table
from biomechgpt.report.page.wording import count, number, percent, short
from biomechgpt.report.results import AnsweredTask, Results

METHODS = {
    "predicted": "as the model predicts",
    "corrected": "by validation participants",
    "pooled": "by all other participants that no training saw, as published",
}
POOLED = (
    "With limits from validation participants alone the coverage is a measurement; with those from all "
    "others it is near the level by construction, and is what a new person gets."
)
SCORES = {
    "brier": "Brier score",
    "log_loss": "log loss",
    "confidence_gap": "confidence minus accuracy",
}
READINGS = (("answer", "as predicted", ORANGE, "s"), ("calibrated", "calibrated", BLUE, "o"))


def calibrated_options(results: Results, tables: Mapping, task: AnsweredTask) -> list[Block]:
    """Probabilities before and after calibration, and prediction sets."""
    return [_scores(results, tables["calibration"], task), _sets(tables["prediction_sets"])]


def calibrated_numbers(results: Results, tables: Mapping, task: AnsweredTask) -> list[Block]:
    """Which number is the answer, and the intervals of the numbers."""
    return [
        *_number_choice(tables["number_choices"], task.unit),
        _number_intervals(tables["number_intervals"], task.unit),
    ]


def _scores(results: Results, calibration: pd.DataFrame | None, task: AnsweredTask) -> Block:
    m = results.metrics
    keep = (m["variant"] == results.variants[0]) & (m["task"] == task.name) & (m["seed"] == "mean")
    values = m[keep & m["metric"].isin(SCORES)].set_index(["reading", "metric"])["value"]
    if values.empty or calibration is None:
        return no_table("calibration")
    fitted = calibration[calibration["n_temperature"] > 0]
    words = {"answer": "as predicted", "calibrated": "after temperature scaling"}
    rows = [
        [name, *(number(values.get((reading, metric)), 3) for metric in SCORES)]
        for reading, name in words.items()
        if reading == "answer" or len(fitted)
    ]
    caption = "Probabilities of the options, lower is better. "
    if len(fitted):
        low, high = (number(value) for value in fitted["temperature"].agg(["min", "max"]))
        caption += f"Temperatures fitted on validation participants: {low} to {high}."
    else:
        caption += "No temperature was fitted: there are too few validation participants."
    return TableBlock(caption, ["probabilities", *SCORES.values()], rows)


def _sets(table: pd.DataFrame | None) -> Block:
    if table is None:
        return no_table("prediction_sets")
    rows = [
        [
            f"{100 * row.level:.0f} %",
            METHODS[row.method],
            "all" if pd.isna(row.label) else row.label,
            percent(row.coverage, row.low, row.high),
            number(row.mean_size),
            percent(row.single_share),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in table[table["n_trials"] > 0].itertuples()
    ]
    if not rows:
        return Paragraph("Prediction sets are not estimable here.", "quiet")
    caption = (
        "Prediction sets (conformal): as many options as it takes for the true one to be among them as "
        "often as the level says. Coverage is that of test participants, each of whom weighs the "
        f"same. {POOLED}"
    )
    head = ["level", "limit", "true class", "coverage", "options in a set", "sets of one"]
    head += ["participants", "trials"]
    return TableBlock(caption, head, rows, n_text=3, long=len(rows) > 12)


def _number_choice(table: pd.DataFrame | None, unit: str) -> list[Paragraph]:
    """Whether the mean or the median is the answer, and how both err on validation participants."""
    if table is None:
        return [no_table("number_choices")]
    return [
        Paragraph(
            f"The answer is the {row.number} of the predicted distribution: on {row.n_participants} "
            f"validation participants of {row.fold} the median errs by {short(row.mae_median)} {unit}, "
            f"the mean by {short(row.mae_mean)} {unit}."
        )
        for row in table.itertuples()
    ]


def _number_intervals(table: pd.DataFrame | None, unit: str) -> Block:
    if table is None:
        return no_table("number_intervals")
    known = table[table["n_trials"] > 0]
    rows = [
        [
            METHODS[row.method],
            f"{100 * row.level:.0f} %",
            percent(row.coverage, row.low, row.high),
            Cell(short(row.mean_width), "says nothing" if row.mean_width > row.label_range else ""),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in known.itertuples()
    ]
    if not rows:
        return Paragraph("Intervals of the numbers are not estimable here.", "quiet")
    label_range = known["label_range"].iloc[0]
    caption = (
        "Intervals of the numbers: as predicted by the model, and widened or narrowed until they "
        f"covered people whom no training saw. Coverage is that of test participants. {POOLED} The "
        f"middle 90 % of the training labels are {short(label_range)} {unit} wide: an interval that is "
        "wider says nothing that the labels do not."
    )
    head = ["interval", "level", "coverage", Cell("mean width", unit), "participants", "trials"]
    return TableBlock(caption, head, rows)


def reliability(table: pd.DataFrame | None, task: AnsweredTask) -> Drawing | None:
    """Accuracy against confidence, as predicted and after temperature scaling."""
    if table is None or table.empty:
        return None
    curves = [(table[table["reading"] == reading], *style) for reading, *style in READINGS]
    ends = [rows[["confidence", "accuracy"]].to_numpy().tolist() for rows, *_ in curves]
    if ends[0] == ends[1]:
        curves = curves[:1]  # no temperature was fitted
    svg = plot(partial(_draw_reliability, curves=curves), f"reliability-{task.name}")
    caption = (
        "Reliability, all seeds: share of right answers against the confidence in them, in bins of "
        "equal size; bars are 95 % intervals. On the dashed line the share is the confidence."
    )
    calibrated = table[table["reading"] == "calibrated"].sort_values("confidence")
    pairs = ", ".join(
        f"{number(row.confidence)}: {number(row.accuracy)}" for row in calibrated.itertuples()
    )
    words = f"Reliability of {task.title}, confidence: share right; {pairs}."
    return Drawing(svg, caption, words)


def _draw_reliability(axes: Axes, curves: Sequence[tuple]) -> None:
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=DASHES)
    for rows, label, colour, mark in curves:
        style = {"color": colour, "label": label, "markersize": 4.5, "linewidth": 1.2}
        axes.plot(rows["confidence"], rows["accuracy"], f"{mark}-", **style)
        axes.vlines(rows["confidence"], rows["low"], rows["high"], color=colour, linewidth=1)
    axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.02), xlabel="confidence", ylabel="share right")
    axes.legend(**LEGEND)


def risk_coverage(table: pd.DataFrame | None, task: AnsweredTask) -> Drawing | None:
    """How the error falls when the least certain answers are left unanswered."""
    if table is None or table.empty:
        return None
    rows = table.sort_values("answered")
    is_class = task.kind == "classification"
    risk = "share wrong" if is_class else with_unit("mean error", task.unit)
    svg = plot(partial(_draw_risk, rows=rows, risk=risk), f"risk-{task.name}")
    caption = "What abstaining buys: the error among the answers given, with its 95 % interval."
    half = rows.iloc[(rows["answered"] - 0.5).abs().argmin()]
    words = (
        f"Risk against coverage: {risk} {short(half.risk)} when {100 * half.answered:.0f} % are "
        f"answered, {short(rows.iloc[-1].risk)} when all are."
    )
    return Drawing(svg, caption, words)


def _draw_risk(axes: Axes, rows: pd.DataFrame, risk: str) -> None:
    axes.fill_between(rows["answered"], rows["low"], rows["high"], color=BLUE, alpha=0.18)
    axes.plot(rows["answered"], rows["risk"], "o-", color=BLUE, markersize=4)
    axes.set(xlim=(0, 1.02), xlabel="share answered, most certain first", ylabel=risk)
    axes.set_ylim(bottom=0)
