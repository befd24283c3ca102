"""What the tokens keep of what gait laboratories look at."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import Cell, Heading, Table, count, number, plural

# name: head, unit, decimals; errors are averaged without their sign, their bias stands beneath
ERRORS = {
    "rmse_deg": ("RMSE", "°", 2),
    "p95_deg": ("95th percentile", "°", 2),
    "range_error_deg": ("range of motion", "°", 2),
    "swing_knee_deg": ("peak swing knee flexion", "°", 2),
    "contact_ms": ("foot contact", "ms", 0),
    "cadence_steps_min": ("cadence", "steps/min", 1),
    "walking_speed_m_s": ("walking speed", "m/s", 3),
}
BIASES = {"range_error_deg": "range_bias_deg"}
SIGNED = ("swing_knee_deg", "cadence_steps_min", "walking_speed_m_s")
BY = ("diagnosis", "activity")
# Ids may look like numbers, or like nothing.
AS_WRITTEN = {
    "dtype": {"trial_id": str, "participant_id": str},
    "keep_default_na": False,
    "na_values": [""],
}


def movement_kept(folders: Sequence[os.PathLike], labels: pd.DataFrame | None) -> list:
    """Errors of held-out trials, over all of them and by diagnosis and activity, and by joint.

    A folder is `{fold}/tokenizer_measures/{name}`; `labels` has a row a trial.
    """
    if not folders:
        return []
    measured = pd.concat([_read(Path(folder), "trials.tsv") for folder in folders])
    measured = measured[measured["split"] == "test"]
    joints = pd.concat([_read(Path(folder), "joints.tsv") for folder in folders])
    blocks: list = [Heading("What the tokens keep of gait"), _all_trials(measured)]
    if labels is not None:
        columns = [column for column in BY if column in labels]
        labelled = measured.merge(labels[["trial_id", *columns]], on="trial_id", how="left")
        blocks += [_by_label(labelled, column) for column in columns]
    return [*blocks, _by_joint(joints[joints["split"] == "test"])]


def _read(folder: Path, name: str) -> pd.DataFrame:
    table = pd.read_csv(folder / name, sep="\t", **AS_WRITTEN)
    return table.assign(fold=folder.parent.parent.name, tokenizer=folder.name)


def _all_trials(measured: pd.DataFrame) -> Table:
    caption = (
        "Reconstructed minus original, mean over the trials of test participants of the error without "
        "its sign; under it the mean with its sign. RMSE and 95th percentile are means over the "
        "live joints of a trial. Cadence, speed, swing and contacts are read from both in the same "
        "way, where the legs swing; contacts farther apart than 0.2 s are missed. The last column is "
        "the share of tokens that are others when the trial starts one frame later."
    )
    head = ["tokenizer", "trials", *_heads(), "contacts missed", "tokens changed"]
    rows = [
        [
            Cell(tokenizer, fold),
            count(len(group)),
            *_cells(group),
            _share(group["contacts_missed"]),
            _share(group["tokens_changed"]),
        ]
        for (tokenizer, fold), group in measured.groupby(["tokenizer", "fold"], sort=False)
    ]
    return Table(caption, head, rows)


def _by_label(labelled: pd.DataFrame, column: str) -> Table:
    caption = f"The same by {plain(column)}; trials without this label are left out."
    head = ["tokenizer", plain(column), "trials", *_heads()]
    rows = [
        [
            tokenizer,
            str(label),
            Cell(count(len(group)), plural(group["participant_id"].nunique(), "participant")),
            *_cells(group),
        ]
        for (tokenizer, label), group in labelled.groupby(["tokenizer", column], sort=True)
    ]
    return Table(caption, head, rows, n_text=2, long=len(rows) > 12)


def _heads() -> list[str]:
    return [f"{head} ({unit})" for head, unit, _ in ERRORS.values()]


def _cells(group: pd.DataFrame) -> list[Cell]:
    cells = []
    for name, (_, _, digits) in ERRORS.items():
        bias = group[BIASES.get(name, name)].mean() if name in (*BIASES, *SIGNED) else np.nan
        below = f"bias {number(bias, digits)}" if np.isfinite(bias) else ""
        cells.append(Cell(number(group[name].abs().mean(), digits), below))
    return cells


def _share(values: pd.Series) -> str:
    return f"{values.mean():.0%}" if values.notna().any() else "–"


def _by_joint(joints: pd.DataFrame) -> Table:
    """All 34 joints, a column pair a tokenizer: folds are averaged."""
    names = list(dict.fromkeys(joints["tokenizer"]))
    means = joints.groupby(["joint", "tokenizer"], sort=False)[["rmse_deg", "p95_deg"]].mean()
    rows = [
        [plain(joint), *(number(value, 2) for name in names for value in _pair(means, joint, name))]
        for joint in dict.fromkeys(joints["joint"])
    ]
    head = ["joint", *(f"{name}, {what} (°)" for name in names for what in ("RMSE", "95 %"))]
    caption = "Error of each joint over all frames of test participants: RMSE and 95th percentile."
    return Table(caption, head, rows, long=True)


def _pair(means: pd.DataFrame, joint: str, name: str) -> Sequence[float]:
    return means.loc[(joint, name)] if (joint, name) in means.index else (np.nan, np.nan)
