"""The way back: what the tokens of a trial keep of it, as a motion file that OpenSim opens."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.recordings.opensim_writer import write_joint_angles
from biomechgpt.spelling import nearest
from biomechgpt.tokenizer.coding import decode_trial
from biomechgpt.tokenizer.decoded import read_own_tokens
from biomechgpt.tokenizer.storage import load_tokenizer

log = logging.getLogger(__name__)
COORDINATE_MAP = "biomechgpt34"  # of resources/coordinate_maps, which reads these files


def check_named(trial_ids: Sequence[str], accepted: pd.DataFrame) -> None:
    """Look up the config's `reconstruct.trials` among the `accepted` trials.

    Raises:
        InputError: If one of `trial_ids` is no accepted trial.
    """
    known = set(accepted["trial_id"])
    for trial_id in trial_ids:
        if trial_id not in known:
            raise InputError(
                f"reconstruct.trials names {trial_id}, which is no accepted trial"
                f"{nearest(trial_id, known) or '.'} trials.parquet lists those that are, "
                "ingest_report.tsv says why a recording was rejected"
            )


def reconstruct_shard(
    tokenizer_folder: os.PathLike,
    tokens_path: os.PathLike,
    trials: pd.DataFrame,
    simulated: set[str],
    folder: os.PathLike,
) -> None:
    """Write a cohort folder (docs/contracts.md) of what one shard's tokens decode to.

    `trials` are the accepted trials to write (`splits.accepted.read_accepted`), in this shard or
    another one, `simulated` the names of the cohorts that were not recorded.

    Raises:
        InputError: If the tokens were made by another tokenizer.
    """
    tokenizer = load_tokenizer(tokenizer_folder)
    tokens = read_own_tokens(tokenizer, [tokens_path])
    wanted = {row.trial_id: row for row in trials.itertuples()}
    rows = []
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        for trial_id, codes in zip(tokens.trial_ids, tokens.tokens, strict=True):
            if trial_id not in wanted:
                continue
            row = _row(wanted[trial_id])
            angles = dict(zip(JOINT_NAMES, decode_trial(tokenizer, codes).T, strict=True))
            remarks = _remarks(row, wanted[trial_id].cohort in simulated)
            write_joint_angles(temporary / row["file"], angles, tokenizer.frame_rate_hz, remarks)
            rows.append(row)
        _write_tables(rows, temporary)
    log.info("%d trials", len(rows))


def _row(trial) -> dict[str, str]:
    name = _inside_one_cohort(trial.trial_id)
    return {
        "trial_id": name,
        "participant_id": _inside_one_cohort(trial.participant_id),
        "file": f"{name}.mot",
        "coordinate_map": COORDINATE_MAP,
        "missing_joints": ", ".join(trial.missing_joints) or "n/a",
    }


def _inside_one_cohort(identifier: str) -> str:
    """`site/P01`, as ids are with several cohorts, in the letters that a table's id may have."""
    return identifier.replace("/", "@")


def _remarks(row: dict[str, str], is_simulated: bool) -> str:
    lines = ["What motion tokens keep of a movement. They do not hold the pelvis."]
    lines += ["The movement was simulated, not recorded."] if is_simulated else []
    if row["missing_joints"] != "n/a":
        lines.append(
            f"The recording lacks, so that the values here are made up: {row['missing_joints']}."
        )
    return "\n".join(lines)


def _write_tables(rows: list[dict[str, str]], folder: Path) -> None:
    columns = ["trial_id", "participant_id", "file", "coordinate_map", "missing_joints"]
    table = pd.DataFrame(rows, columns=columns)
    style = {"sep": "\t", "index": False, "lineterminator": "\n"}
    table.to_csv(folder / "trials.tsv", **style)
    table[["participant_id"]].drop_duplicates().to_csv(folder / "participants.tsv", **style)
