"""Synthetic movements as a cohort folder that OpenSim and this workflow read, and the audit recognises."""

import os
from pathlib import Path

import pandas as pd

from biomechgpt.body.frames import read_trials
from biomechgpt.files import replacing
from biomechgpt.synthesis.motion_file import write_synthetic_motion
from biomechgpt.synthesis.synthetic_files import OWN_COLUMNS, read_synthetic_trials

README = """SYNTHETIC MOVEMENT

Nobody moved like this. A generator made it, and the labels are what it was asked for, no truth. It
belongs to the fold that stands in each id, whose training people the generator has seen: do not test
a model of another fold, or of those people, on it, and count nobody in it as a participant.
"""


def write_cohort(joint_angles: os.PathLike, trials_path: os.PathLike, folder: Path) -> None:
    """Write a cohort folder (docs/contracts.md) of the movements of one generator, fold and seed."""
    table = read_synthetic_trials(trials_path)
    labels = [c for c in table if c not in (*OWN_COLUMNS, "folder_fold", "digest")]
    names = table["trial_id"].str.replace("/", "@")
    rows = pd.DataFrame({"trial_id": names, "participant_id": names, "file": names + ".mot"})
    made_by = dict(zip(table["trial_id"], table["made_by"], strict=True))
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        for trial in read_trials(joint_angles):
            trial_id, rate_hz = trial.info["trial_id"], trial.info["frame_rate_hz"]
            path = temporary / f"{trial_id.replace('/', '@')}.mot"
            remarks = [f"Made by the generator {made_by[trial_id]}, fold {trial.info['fold']}."]
            write_synthetic_motion(path, trial.frames, rate_hz, remarks)
        (temporary / "README").write_text(README, encoding="utf-8")
        _write(pd.concat([rows, table[labels]], axis=1), temporary / "trials.tsv")
        _write(rows[["participant_id"]], temporary / "participants.tsv")


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, sep="\t", index=False, na_rep="n/a", lineterminator="\n")
