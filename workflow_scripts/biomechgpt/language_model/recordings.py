"""New recordings on their way to a model: read, stripped and tokenised as that model's own were."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.frames import read_infos
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.motion.strip import strip_shard
from biomechgpt.recordings.issues import Issue, read_issues
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokens import read_tokens, tokenise_shard


class Recordings(NamedTuple):
    """A cohort folder without labels, and how its files are read."""

    cohort: Path
    maps: Sequence[os.PathLike]
    ingest: Mapping  # the config's blocks
    motion: Mapping


class Tokenised(NamedTuple):
    """The usable trials of some recordings, and every problem on the way."""

    infos: list[dict]  # what is known of each trial
    tokens: dict[str, np.ndarray]  # by trial id, each (n_tokens,) uint16
    joint_angles: Path  # as docs/contracts.md has them
    issues: list[Issue]


def tokenise_recordings(tokenizer: Path, recordings: Recordings, work: Path) -> Tokenised:
    """Read `recordings` as the motion tokenizer in the folder `tokenizer` needs them.

    Files in between go to the folder `work`, which the caller removes. InputError where the
    cohort's tables are wrong; a file that cannot be used is one of the issues.
    """
    cohorts = read_cohorts([{"name": "annotate", "path": str(recordings.cohort)}])
    read, stripped = work / "trajectories.parquet", work / "joint_angles.parquet"
    problems = [work / "ingest.tsv", work / "strip.tsv"]
    ingest_shard(cohorts, list(recordings.maps), 0, 1, recordings.ingest, read, problems[0])
    trained = load_tokenizer(tokenizer)
    motion = {"frame_rate_hz": trained.frame_rate_hz, "zero_joints": trained.zero_joints}
    strip_shard(read, {**recordings.motion, **motion}, stripped, problems[1])
    infos = read_infos(stripped)
    trial_ids = {info["trial_id"] for info in infos}
    tokenise_shard(tokenizer, stripped, trial_ids, work / "tokens.parquet")
    table = read_tokens([work / "tokens.parquet"])
    tokens = dict(zip(table.trial_ids, table.tokens, strict=True))
    issues = [issue for path in problems for issue in read_issues(path)]
    return Tokenised(infos, tokens, stripped, issues)
