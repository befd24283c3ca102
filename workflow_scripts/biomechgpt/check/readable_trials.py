"""Which recordings of a cohort can be used, without writing any of them."""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from biomechgpt.job import PROGRESS
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.issues import Issue
from biomechgpt.recordings.recording import Reading
from biomechgpt.recordings.trajectories import read_trajectories
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.splits.index import table_of, without_copies

progress_log = logging.getLogger(PROGRESS)


def readable_trials(
    files: Sequence[tuple[Path, dict]], reading: Reading, motion: MotionSettings
) -> tuple[pd.DataFrame, list[Issue]]:
    """The trials that the run would accept, as `trials.parquet` lists them, and all issues.

    `files` are those of `cohort.ingest.motion_files`. One trial is held in memory at a time.
    """
    infos, issues = [], []
    for number, outcome in enumerate(read_trajectories(files, reading), start=1):
        trial, its_issues, _ = strip(outcome, motion)
        issues += its_issues
        if trial is not None:
            infos.append({**trial.info, "n_frames": len(trial.frames)})
        progress_log.info("recording %d", number, extra={"share": number / len(files)})
    trials, copies = without_copies(table_of(infos, shard=0))
    return trials.to_pandas(), [*issues, *copies]
