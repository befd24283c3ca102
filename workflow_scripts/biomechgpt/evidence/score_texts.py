"""Score the evidence of texts about the trials of a run, and write the scores as tables."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from biomechgpt.body.frames import read_trials
from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.errors import InputError
from biomechgpt.evidence.evidence_scores import (
    Record,
    ScoredText,
    changed_when_negated,
    score_lines,
    summary,
)
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import NormalGait
from biomechgpt.files import replacing
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.spreadsheets import harmless

BOTH_ANSWERS = ["answer", "negated_answer"]
DRAWS, SEED = 2000, 0  # of the intervals


def read_texts(path: Path) -> pd.DataFrame:
    """A table with `trial_id` and `text`, and where a model was asked again `answer` and `negated_answer`.

    Raises:
        InputError: The table is no such one.
    """
    table = read_tsv(path, ["trial_id", "text"])
    if any(name in table for name in BOTH_ANSWERS):
        for name in BOTH_ANSWERS:
            if name not in table or table[name].isna().any():
                raise InputError(
                    f"{path}: {' and '.join(BOTH_ANSWERS)} need a value in every line."
                )
    return table.fillna({"text": ""}).reset_index(drop=True)


def texts_of_model(results: Path, model: str) -> pd.DataFrame:
    """All that a model of a run wrote about its test trials, as `read_texts`.

    Raises:
        InputError: The run has no answer of it.
    """
    path = results / "answers.parquet"
    if not path.is_file():
        raise InputError(f"{results} has no answers.parquet: run the workflow first.")
    rows = pd.read_parquet(path, filters=[("variant", "==", model)])
    if rows.empty:
        raise InputError(f"{path} holds no answer of {model}; name a variant of this run.")
    return rows[["trial_id", "answer"]].rename(columns={"answer": "text"}).fillna({"text": ""})


def score_texts(
    results: Path, texts: pd.DataFrame, normal: NormalGait, folder: Path
) -> pd.DataFrame:
    """Write `lines.csv`, `unread.csv` and `summary.csv` into `folder`; returns the summary.

    Raises:
        InputError: `results` is no run, a trial is none of it, or no line states evidence.
    """
    if not (results / "trials.parquet").is_file():
        raise InputError(f"{results} has no trials.parquet: name the results of a finished run.")
    trials = read_accepted(results / "trials.parquet").set_index("trial_id")
    unknown = sorted(set(texts["trial_id"]) - set(trials.index))
    if unknown:
        raise InputError(
            f"{unknown[0]} is no accepted trial of {results}, as {len(unknown)} in all."
        )
    people = trials["participant_id"].to_dict()
    records = _records(results, trials.loc[texts["trial_id"].unique()], normal)
    lines, unread = score_lines(
        [
            ScoredText(row.trial_id, people[row.trial_id], row.text, records[row.trial_id])
            for row in texts.itertuples()
        ]
    )
    if lines.empty:
        raise InputError(
            "No line names a quantity, its side and a number as `snakemake evidence_all` writes them: there "
            "is nothing to score."
        )
    measures = summary(lines, DRAWS, SEED)
    if set(BOTH_ANSWERS) <= set(texts.columns):
        changed = changed_when_negated(texts, people, DRAWS, SEED)
        measures = pd.concat([measures, changed], ignore_index=True)
    _write(folder, {"lines": lines, "unread": unread, "summary": measures})
    return measures


def _records(results: Path, trials: pd.DataFrame, normal: NormalGait) -> dict[str, Record]:
    """What is measured of each of these trials, rows of `trials.parquet`, by id."""
    frame_rate_hz = float((trials["n_frames"] / trials["duration_s"]).median())
    return {
        trial.info["trial_id"]: measured_record(trial.frames, frame_rate_hz, normal)
        for shard in trials["shard"].unique()
        for trial in read_trials(results / "joint_angles" / f"{shard}.parquet")
        if trial.info["trial_id"] in trials.index
    }


def _write(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    with replacing(folder) as temporary:
        temporary.mkdir()
        for name, table in tables.items():
            harmless(table).to_csv(temporary / f"{name}.csv", index=False)
