"""What the motion tokenizer keeps: its error of each joint, and the use of its codes."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from biomechgpt.evaluation.drawing_style import BLUE, plain
from biomechgpt.report.drawing.curve_grid import Curve, TrialColumn, curve_grid
from biomechgpt.report.drawing.svg import PAGE_ORANGE, plot
from biomechgpt.report.page.blocks import Cell, Drawing, Paragraph, TableBlock
from biomechgpt.report.page.wording import count, number, people

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


def read_metrics(folders: Mapping[tuple[str, str], os.PathLike]) -> list[tuple[str, str, dict]]:
    """Fold, tokenizer and one entry a split, from `metrics.json` of each folder of measures."""
    return [
        (fold, tokenizer, entry)
        for (fold, tokenizer), folder in folders.items()
        for entry in json.loads(Path(folder, "metrics.json").read_text(encoding="utf-8"))
    ]


def tokenizers(folders: Mapping[tuple[str, str], os.PathLike]) -> list:
    """Reconstruction error and code use on held-out participants; curves of the first tokenizer.

    `folders`, by fold and tokenizer, have `metrics.json` (a list, one entry a split) and
    `curves.parquet`.
    """
    measured = read_metrics(folders)
    held_out = [entry for _, _, entry in measured if entry["split"] == "test"]
    return [
        _all_tokenizers(measured),
        _joint_errors((held_out or [measured[-1][2]])[0]),
        _curves(Path(next(iter(folders.values())), "curves.parquet")),
    ]


def _all_tokenizers(measured: Sequence[tuple[str, str, dict]]) -> TableBlock:
    rows = [_tokenizer_row(*of_split) for of_split in measured]
    head = ["tokenizer", "split", "participants", "trials", "RMSE, 34 joints", "RMSE, live joints"]
    head += ["tokens per s", "bits per s", "perplexity", "codes used", "codes dead", "Zipf slope"]
    caption = (
        "Reconstruction error in degrees, mean over joints of the RMSE of each, and use of the "
        "codes. The 34 joints include those set to zero (error 0); live ones move in training. "
        "Train rows are there for comparison, test rows are held-out participants. Bits are the entropy of "
        "the tokens by how often each occurs; under them what it would be if all were equally frequent. A "
        "Zipf slope of 0 is even use, -1 that of words."
    )
    return TableBlock(caption, head, rows, n_text=2, long=len(rows) > 12)


def _tokenizer_row(fold: str, name: str, entry: dict) -> list:
    return [
        Cell(name, fold),
        entry["split"],
        count(entry["n_participants"]),
        count(entry["n_trials"]),
        number(entry["rmse_deg_all"]),
        Cell(number(entry["rmse_deg_live"]), f"{len(entry['live_joints'])} joints"),
        number(entry["tokens_per_second"], 1),
        Cell(number(entry["bits_per_second"], 1), f"at most {entry['bits_per_second_at_most']}"),
        Cell(number(entry["perplexity"], 1), f"of {entry['codebook_size']}"),
        f"{entry['used_codes']} of {entry['vocabulary_size']}",
        count(entry["dead_codes"]),
        number(entry["zipf_slope"]),
    ]


def _joint_errors(entry: Mapping) -> Drawing:
    """A bar a live joint: RMSE in degrees."""
    size = people(entry["n_participants"], entry["n_trials"])
    caption = f"Reconstruction error of every live joint, {entry['split']} participants ({size})."
    errors_deg = {name: entry["rmse_deg_per_joint"][name] for name in entry["live_joints"]}
    worst, best = max(errors_deg, key=errors_deg.get), min(errors_deg, key=errors_deg.get)
    alt = (
        f"Bars of the reconstruction error of {len(errors_deg)} joints, from "
        f"{errors_deg[best]:.1f} degrees ({plain(best)}) to {errors_deg[worst]:.1f} ({plain(worst)})."
    )
    size_in = (7.2, 0.19 * len(errors_deg) + 0.8)
    return Drawing(
        plot(partial(_draw_errors, errors_deg=errors_deg), "joint_errors", size_in), caption, alt
    )


def _draw_errors(axes: Axes, errors_deg: Mapping[str, float]) -> None:
    axes.barh(range(len(errors_deg)), list(errors_deg.values()), color=BLUE, height=0.7)
    for i, degrees in enumerate(errors_deg.values()):
        axes.text(degrees, i, f" {degrees:.1f}", va="center", fontsize=7.5)
    axes.set_yticks(range(len(errors_deg)), [plain(name) for name in errors_deg], fontsize=8)
    axes.set_ylim(len(errors_deg) - 0.4, -0.6)
    axes.margins(x=0.08)
    axes.set_xlabel("RMSE (degrees)")


def _curves(path: Path) -> Drawing | Paragraph:
    """Original against reconstructed angles: a row a joint, a column a trial, the first seconds.

    The table has `trial_id, joint, time_s, original_deg, reconstructed_deg`.
    """
    if not path.exists():
        return Paragraph("Reconstructed curves are left out: there is no file of them.", "quiet")
    table = pd.read_parquet(path)
    shown = table[table["time_s"] <= SHOWN_SECONDS]
    present = list(shown["joint"].unique())
    joints = [name for name in SHOWN_JOINTS if name in present] or present[:5]
    trials = list(shown["trial_id"].unique())[:SHOWN_TRIALS]
    columns = [_column(shown[shown["trial_id"] == trial], trial, joints) for trial in trials]
    legend = [("original", "currentColor", False), ("reconstructed", PAGE_ORANGE, True)]
    svg = curve_grid(columns, [f"{plain(joint)} (°)" for joint in joints], legend)
    caption = "Original and reconstructed joint angles of held-out trials, the first seconds."
    alt = (
        f"Curves over time of trials {', '.join(table['trial_id'].unique())}: the reconstruction "
        "(dotted) over the original (solid), a row a joint."
    )
    return Drawing(svg, caption, alt)


def _column(rows: pd.DataFrame, trial: str, joints: list[str]) -> TrialColumn:
    by_joint = dict(list(rows.groupby("joint", sort=False)))
    panels = [
        [
            Curve(by_joint[joint]["original_deg"].to_numpy(), "currentColor"),
            Curve(by_joint[joint]["reconstructed_deg"].to_numpy(), PAGE_ORANGE, dotted=True),
        ]
        for joint in joints
    ]
    return TrialColumn((trial, ""), by_joint[joints[0]]["time_s"].to_numpy(), panels)
