"""What the motion tokenizer keeps of the movement, drawn for the report."""

import io
from collections.abc import Iterable

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from biomechgpt.evaluation.figures import BLUE, INK, ORANGE, STYLE, plain, save

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


def joint_errors_svg(rmse_deg_per_joint: dict[str, float], joints: Iterable[str]) -> str:
    """A bar a joint: RMSE in degrees."""
    errors_deg = [rmse_deg_per_joint[name] for name in joints]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 0.19 * len(errors_deg) + 0.8), layout="constrained")
        axes = figure.subplots()
        axes.barh(range(len(errors_deg)), errors_deg, color=BLUE, height=0.7)
        for i, degrees in enumerate(errors_deg):
            axes.text(degrees, i, f" {degrees:.1f}", va="center", fontsize=7.5)
        axes.set_yticks(range(len(errors_deg)), [plain(name) for name in joints], fontsize=8)
        axes.set_ylim(len(errors_deg) - 0.4, -0.6)
        axes.margins(x=0.08)
        axes.set_xlabel("RMSE (degrees)")
        return _text(figure, "joint_errors")


def curves_svg(curves: pd.DataFrame) -> str:
    """Original against reconstructed angles: a row a joint, a column a trial, the first seconds.

    `curves` has `trial_id, joint, time_s, original_deg, reconstructed_deg`.
    """
    trials = list(curves["trial_id"].unique())[:SHOWN_TRIALS]
    present = list(curves["joint"].unique())
    joints = [name for name in SHOWN_JOINTS if name in present] or present[:5]
    with matplotlib.rc_context(STYLE):
        size = (max(4.2, 3.0 * len(trials)), 1.35 * len(joints) + 0.7)
        figure = Figure(figsize=size, layout="constrained")
        panels = figure.subplots(
            len(joints), len(trials), squeeze=False, sharex="col", sharey="row"
        )
        _draw(panels, curves[curves["time_s"] <= SHOWN_SECONDS], trials, joints)
        names = ["original", "reconstructed"]
        place = {"loc": "outside upper center", "ncols": 2, "frameon": False}
        figure.legend(panels[0, 0].lines[:2], names, **place)
        return _text(figure, "curves")


def _draw(panels, curves: pd.DataFrame, trials: list[str], joints: list[str]) -> None:
    for i, joint in enumerate(joints):
        for j, trial in enumerate(trials):
            rows = curves[(curves["trial_id"] == trial) & (curves["joint"] == joint)]
            panels[i, j].plot(rows["time_s"], rows["original_deg"], color=INK, linewidth=1.1)
            dashes = {"color": ORANGE, "linewidth": 1.3, "linestyle": (0, (4, 2))}
            panels[i, j].plot(rows["time_s"], rows["reconstructed_deg"], **dashes)
        panels[i, 0].set_ylabel(f"{plain(joint)}\n(deg)", fontsize=8)
    for axes, trial in zip(panels[0], trials, strict=True):
        axes.set_title(trial, fontsize=8, fontweight="normal")
    for axes in panels[-1]:
        axes.set_xlabel("time (s)")


def _text(figure: Figure, name: str) -> str:
    target = io.StringIO()
    save(figure, target, name)
    return target.getvalue()
