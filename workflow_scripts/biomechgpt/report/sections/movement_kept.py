"""What the tokens keep of what gait laboratories look at."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.page.blocks import Cell, Heading, TableBlock
from biomechgpt.report.page.wording import count, number, plural

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


def movement_kept(
    folders: Mapping[tuple[str, str], os.PathLike], labels: pd.DataFrame | None
) -> list:
    """Errors of held-out trials, over all of them and by diagnosis and activity, and by joint.

    `folders`, by fold and tokenizer, have the tables `trials` and `joints`; `labels` has a row a trial.
    """
    if not folders:
        return []
    measured, joints = (_tested(folders, name) for name in ("trials", "joints"))
    blocks: list = [Heading("What the tokens keep of gait"), _all_trials(measured)]
    if labels is not None:
        columns = [column for column in BY if column in labels]
        labelled = measured.merge(labels[["trial_id", *columns]], on="trial_id", how="left")
        blocks += [_by_label(labelled, column) for column in columns]
    return [*blocks, _by_joint(joints)]


def _tested(folders: Mapping[tuple[str, str], os.PathLike], name: str) -> pd.DataFrame:
    """The rows of test participants of a table that each folder has."""
    tables = [
        pd.read_parquet(Path(folder, f"{name}.parquet")).assign(fold=fold, tokenizer=tokenizer)
        for (fold, tokenizer), folder in folders.items()
    ]
    return pd.concat(tables).query("split == 'test'")


def _all_trials(measured: pd.DataFrame) -> TableBlock:
    caption = (
        "Reconstructed minus original: the absolute error, averaged over the trials of test participants, "
        "and under it the signed error (bias). RMSE and 95th percentile are means over the live joints of "
        "a trial. Cadence, speed, swing and contacts are measured on both in the same way, where the legs "
        "swing; a contact without one in the other within 0.2 s is missed. The last column is the share "
        "of tokens that change when the trial starts one frame later."
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
    return TableBlock(caption, head, rows)


def _by_label(labelled: pd.DataFrame, column: str) -> TableBlock:
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
    return TableBlock(caption, head, rows, n_text=2, long=len(rows) > 12)


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


def _by_joint(joints: pd.DataFrame) -> TableBlock:
    """All 34 joints, a column pair a tokenizer: folds are averaged."""
    names = list(dict.fromkeys(joints["tokenizer"]))
    means = joints.groupby(["joint", "tokenizer"], sort=False)[["rmse_deg", "p95_deg"]].mean()
    wide = means.unstack(sort=False).swaplevel(axis=1)[names]  # NaN: a tokenizer without the joint
    rows = [[plain(joint), *(number(v, 2) for v in values)] for joint, *values in wide.itertuples()]
    head = ["joint", *(f"{name}, {what} (°)" for name in names for what in ("RMSE", "95 %"))]
    caption = "Error of each joint over all frames of test participants: RMSE and 95th percentile."
    return TableBlock(caption, head, rows, long=True)
