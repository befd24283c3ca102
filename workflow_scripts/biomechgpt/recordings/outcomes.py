"""What becomes of a recording on its way to joint angles: a trial or none, and its issues."""

import logging
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from biomechgpt.body.frames import FrameWriter, Trial
from biomechgpt.files import replacing
from biomechgpt.recordings.issues import Issue, write_issues

log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """The result of one recording up to some step."""

    trial: Trial | None  # None where the recording cannot be used
    issues: list[Issue]
    undecided_maps: frozenset[str] = frozenset()  # maps between which its knees do not decide


def write_outcomes(
    outcomes: Iterable[Outcome],
    names: Sequence[str],
    unit: str,
    with_time: bool,
    trials_path: os.PathLike,
    issues_path: os.PathLike,
) -> None:
    """Write trials as Parquet, with coordinates `names`, and the table of their issues.

    One trial is held in memory at a time.
    """
    issues: list[Issue] = []
    n_trials = n_accepted = n_warned = 0
    with (
        replacing(trials_path) as temporary,
        FrameWriter(temporary, names, unit, with_time) as writer,
    ):
        for trial, its_issues, _ in outcomes:
            n_trials += 1
            issues += its_issues
            if trial is not None:
                log.info("%s: %d frames", trial.info["trial_id"], len(trial.frames))
                writer.write(*trial)
                n_accepted += 1
                n_warned += bool(its_issues)
    write_issues(issues_path, issues)
    log.info(
        "%d trials accepted (%d with warnings), %d rejected",
        n_accepted, n_warned, n_trials - n_accepted,
    )  # fmt: skip
