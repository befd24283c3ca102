"""Which trials are shown as the worst, and how their movement is drawn."""

import re

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.report.drawing.curve_grid import Curve, TrialColumn, curve_grid
from biomechgpt.report.drawing.interval_bar import bar
from biomechgpt.report.question_sections.trial_curves import SHOWN, TrialCurves, curves_svg
from biomechgpt.report.question_sections.worst_trials import trials_to_draw, worst_answered


def answers(rows, kind="classification"):
    names = ["trial_id", "participant_id", "seed", "right", "truth_probability", "error"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(fold="holdout", kind=kind, task="activity")


def test_the_worst_are_those_most_seeds_got_wrong_with_the_least_probable_truth():
    rows = [
        ("a1", "a", 0, False, 0.10, np.nan),
        ("a1", "a", 1, False, 0.20, np.nan),
        ("a2", "a", 0, False, 0.02, np.nan),
        ("a2", "a", 1, False, 0.04, np.nan),
        ("b1", "b", 0, True, 0.01, np.nan),  # right all the same: not an error
        ("b1", "b", 1, True, 0.01, np.nan),
        ("c1", "c", 0, False, 0.30, np.nan),
        ("c1", "c", 1, False, 0.40, np.nan),
    ]
    worst = worst_answered(answers(rows))
    assert worst["trial_id"].tolist() == ["a2", "c1"]  # one a participant
    assert worst["badness"].tolist() == pytest.approx([0.97, 0.65])


def test_numbers_by_their_mean_absolute_error_whatever_its_sign():
    rows = [
        ("a", "a", 0, None, np.nan, -3.0),
        ("a", "a", 1, None, np.nan, 1.0),
        ("b", "b", 0, None, np.nan, 2.5),
        ("b", "b", 1, None, np.nan, np.nan),
        ("c", "c", 0, None, np.nan, np.nan),  # never a number
    ]
    worst = worst_answered(answers(rows, "regression"))
    assert worst["trial_id"].tolist() == ["b", "a"]
    assert worst["badness"].tolist() == [2.5, 2.0]


def test_answers_without_probabilities_are_ranked_by_being_wrong():
    rows = [("a", "a", 0, False, np.nan, np.nan), ("b", "b", 0, True, np.nan, np.nan)]
    assert worst_answered(answers(rows))["trial_id"].tolist() == ["a"]


def test_three_trials_a_task_are_drawn_in_the_fold_they_were_tested_in():
    rows = [(f"t{i}", f"p{i}", 0, False, i / 10, np.nan) for i in range(6)]
    drawn = trials_to_draw(answers(rows).assign(fold=[f"fold-{i % 2}" for i in range(6)]))
    assert drawn == {"t0": "fold-0", "t1": "fold-1", "t2": "fold-0"}


def paths(svg):
    return re.findall(r"<path d='([^']*)' fill='none' style", svg)


def test_a_curve_runs_from_edge_to_edge_and_a_gap_starts_it_anew():
    time_s = np.arange(5.0)
    panels = [[Curve(np.array([0, 1, np.nan, 1, 0.0]), "red")]]
    (path,) = paths(curve_grid([TrialColumn(("t", "x<y"), time_s, panels)], ["knee"], []))
    starts = re.findall(r"M([\d.]+) ([\d.]+)", path)
    assert len(starts) == 2
    x = [float(v) for v in re.findall(r"[ML]([\d.]+) ", path)]
    assert x[-1] - x[0] == pytest.approx(250)


def test_titles_are_text_and_panels_of_a_row_share_their_scale():
    time_s = np.arange(3.0)
    columns = [
        TrialColumn(("<script>", ""), time_s, [[Curve(np.array([0.0, 10, 0]), "red")]]),
        TrialColumn(("b", ""), time_s, [[Curve(np.array([0.0, 5, 0]), "red")]]),
    ]
    svg = curve_grid(columns, ["knee"], [("right", "red", False)])
    assert "<script>" not in svg
    heights = []
    for path in paths(svg):
        y = [float(v) for v in re.findall(r" ([\d.]+)", path)]
        heights.append(max(y) - min(y))
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)


def test_a_joint_that_is_missing_everywhere_leaves_its_panel_empty():
    curves = TrialCurves(np.arange(4) / 30, np.zeros((4, 34)), np.zeros((4, 34)))
    whole = paths(curves_svg({"t": curves}, {"t": ""}))
    curves.original_deg[:, JOINT_NAMES.index("lumbar_extension")] = np.nan
    curves.reconstructed_deg[:, JOINT_NAMES.index("lumbar_extension")] = np.nan
    assert len(whole) - len(paths(curves_svg({"t": curves}, {"t": ""}))) == 2
    assert len(whole) == 2 * sum(map(len, SHOWN.values()))


def test_bars_of_a_table_share_a_scale_and_an_unknown_interval_has_no_line():
    row = pd.Series({"value": 0.5, "low": 0.0, "high": 1.0})
    svg = bar(row, (0.0, 1.0), "var(--blue)")
    ends = [int(v) for v in re.findall(r"x[12]='(\d+)'", svg)]
    assert sum(ends) == 2 * int(re.search(r"cx='(\d+)'", svg)[1])
    assert "<line" not in bar(row.replace({0.0: np.nan, 1.0: np.nan}), (0.0, 1.0), "var(--orange)")
    assert bar(row * np.nan, (0.0, 1.0), "var(--blue)") == ""
