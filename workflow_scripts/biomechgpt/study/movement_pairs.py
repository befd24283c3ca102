"""Pairs of an original movement and a synthetic one, from a run or from cohort folders."""

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.frames import Trial
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.recording import Reading
from biomechgpt.recordings.trajectories import read_trajectory
from biomechgpt.report.movement_page.skeleton import motion
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.study.finished_run import FinishedRun

log = logging.getLogger(__name__)
ORIGINAL, SYNTHETIC = "original", "synthetic"


class MovementSource(NamedTuple):
    """Ids of movements, and how one is read: to its joint angles, or None where it cannot be used."""

    ids: Sequence[str]
    read: Callable[[str], Trial | None]


class MovementPair(NamedTuple):
    """An original and a synthetic movement, of the same trial where both sources have it."""

    name: str
    original: Trial
    synthetic: Trial

    @property
    def arms(self) -> Sequence[str]:
        """What is compared."""
        return [ORIGINAL, SYNTHETIC]


def folder_source(
    folders: Iterable[os.PathLike], reading: Reading, settings: MotionSettings
) -> MovementSource:
    """The movements of cohort folders, read as the recordings of a run are.

    Raises:
        InputError: The tables of a folder are wrong, or two folders share an id.
    """
    files = {}
    for folder in folders:
        cohort = read_cohort("study", Path(folder).expanduser())
        for path, row in motion_files([cohort], reading):
            if row["trial_id"] in files:
                raise InputError(f"{folder}: the trial {row['trial_id']} is in another folder too.")
            files[row["trial_id"]] = (path, row)

    def read(trial_id: str) -> Trial | None:
        trial, issues, _ = strip(read_trajectory(*files[trial_id], reading), settings)
        for issue in issues if trial is None else ():
            log.warning("%s: %s: %s", issue.file, issue.problem, issue.detail)
        return trial

    return MovementSource(list(files), read)


def run_source(run: FinishedRun) -> MovementSource:
    """The test trials of a run."""
    return MovementSource(list(run.trials["trial_id"]), lambda trial_id: next(run.read({trial_id})))


def draw_pairs(
    original: MovementSource, synthetic: MovementSource, n_pairs: int, rng: np.random.Generator
) -> list[MovementPair]:
    """Draw pairs of the same trial where the sources share trials, else of any two.

    A movement that cannot be used is passed over.

    Raises:
        InputError: There are fewer usable pairs.
    """
    # A reconstruction of the trial site/T01 of several cohorts is called site@T01.
    as_synthetic = {trial_id.replace("/", "@"): trial_id for trial_id in original.ids}
    shared = sorted(set(as_synthetic) & set(synthetic.ids))
    if shared:
        order = [str(name) for name in rng.permutation(shared)]
        candidates = [(as_synthetic[name], name) for name in order]
    else:
        orders = (rng.permutation(sorted(source.ids)) for source in (original, synthetic))
        candidates = [tuple(map(str, ids)) for ids in zip(*orders, strict=False)]
    pairs = []
    for original_id, synthetic_id in candidates:
        if len(pairs) == n_pairs:
            break
        trials = original.read(original_id), synthetic.read(synthetic_id)
        if None not in trials:
            pairs.append(MovementPair(f"pair-{len(pairs) + 1}", *trials))
    if len(pairs) < n_pairs:
        raise InputError(
            f"study.pairs.items is {n_pairs}, but {len(pairs)} pairs can be made of {len(original.ids)} "
            f"original and {len(synthetic.ids)} synthetic movements: ask for fewer."
        )
    return pairs


def pair_motion(pair: MovementPair, arms: Sequence[str], frame_rate_hz: float) -> dict:
    """Both movements as `player.js` takes them, in the order of `arms`, under the names A and B.

    Both last as long as the shorter one, and a joint that either lacks is at rest in both, since
    neither is to tell them apart. Joint angles have no curves.
    """
    trials = {ORIGINAL: pair.original, SYNTHETIC: pair.synthetic}
    n_frames = min(len(trial.frames) for trial in trials.values())
    takes = {
        slot: trials[arm].frames[:n_frames].astype(np.float64)
        for slot, arm in zip("AB", arms, strict=True)
    }
    missing = [set(trial.info["missing_joints"]) for trial in trials.values()]
    return motion(takes, frame_rate_hz, unknown=set.union(*missing)) | {"joints": []}
