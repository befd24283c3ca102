"""What the motion tokenizer keeps of the movement, drawn for the report."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from biomechgpt.evaluation.figures import BLUE, STYLE, plain
from biomechgpt.report.blocks import PAGE_ORANGE, svg_of
from biomechgpt.report.curve_grid import Column, Curve, curve_grid

# One joint of each part of the body; those that the curves lack are left out.
SHOWN_JOINTS = (
    "hip_flexion_r",
    "knee_angle_r",
    "ankle_angle_r",
    "lumbar_extension",
    "elbow_flex_r",
)
SHOWN_TRIALS = 3
SHOWN_SECONDS = 8.0


def joint_errors_svg(rmse_deg: dict[str, float]) -> str:
    """A bar a joint: RMSE in degrees."""
    errors_deg = list(rmse_deg.values())
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 0.19 * len(errors_deg) + 0.8))
        axes = figure.subplots()
        axes.barh(range(len(errors_deg)), errors_deg, color=BLUE, height=0.7)
        for i, degrees in enumerate(errors_deg):
            axes.text(degrees, i, f" {degrees:.1f}", va="center", fontsize=7.5)
        axes.set_yticks(range(len(errors_deg)), [plain(name) for name in rmse_deg], fontsize=8)
        axes.set_ylim(len(errors_deg) - 0.4, -0.6)
        axes.margins(x=0.08)
        axes.set_xlabel("RMSE (degrees)")
        return svg_of(figure, "joint_errors")


def curves_svg(curves: pd.DataFrame) -> str:
    """Original against reconstructed angles: a row a joint, a column a trial, the first seconds.

    `curves` has `trial_id, joint, time_s, original_deg, reconstructed_deg`.
    """
    shown = curves[curves["time_s"] <= SHOWN_SECONDS]
    present = list(shown["joint"].unique())
    joints = [name for name in SHOWN_JOINTS if name in present] or present[:5]
    trials = list(shown["trial_id"].unique())[:SHOWN_TRIALS]
    columns = [_column(shown[shown["trial_id"] == trial], trial, joints) for trial in trials]
    legend = [("original", "currentColor", False), ("reconstructed", PAGE_ORANGE, True)]
    return curve_grid(columns, [f"{plain(joint)} (°)" for joint in joints], legend)


def _column(rows: pd.DataFrame, trial: str, joints: list[str]) -> Column:
    by_joint = dict(list(rows.groupby("joint", sort=False)))
    panels = [
        [
            Curve(by_joint[joint]["original_deg"].to_numpy(), "currentColor"),
            Curve(by_joint[joint]["reconstructed_deg"].to_numpy(), PAGE_ORANGE, dotted=True),
        ]
        for joint in joints
    ]
    return Column((trial, ""), by_joint[joints[0]]["time_s"].to_numpy(), panels)
