"""Recorded trials beside what their stored tokens decode to."""

import os
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.body.frames import Trial
from biomechgpt.errors import InputError
from biomechgpt.tokenizer.coding import decode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer
from biomechgpt.tokenizer.tokens import TokenTable, read_tokens
from biomechgpt.tokenizer.windows import read_chosen


class Reconstruction(NamedTuple):
    """A trial, its tokens, and what the tokens keep of it, up to the end of the last token."""

    trial: Trial
    tokens: np.ndarray  # (L,)
    original_rad: np.ndarray  # (T // downsampling * downsampling, J), or all of a shorter trial
    angles_rad: np.ndarray  # as long


def reconstruct(tokenizer: StoredTokenizer, trial: Trial, tokens: np.ndarray) -> Reconstruction:
    """Decode the tokens of a trial."""
    angles = decode_trial(tokenizer, tokens)[: len(trial.frames)]
    return Reconstruction(trial, tokens, trial.frames[: len(angles)], angles)


def reconstruct_stored(
    tokenizer: StoredTokenizer,
    tokens_paths: Sequence[os.PathLike],
    joint_angles_paths: Sequence[os.PathLike],
    trial_ids: Container[str],
) -> Iterator[Reconstruction]:
    """What the stored tokens keep of the trials with these ids, in the order of the shards.

    Raises:
        InputError: If the tokens were made by another tokenizer.
    """
    table = read_own_tokens(tokenizer, tokens_paths)
    tokens = dict(zip(table.trial_ids, table.tokens, strict=True))
    for trial in read_chosen(joint_angles_paths, trial_ids):
        yield reconstruct(tokenizer, trial, tokens[trial.info["trial_id"]])


def read_own_tokens(tokenizer: StoredTokenizer, paths: Sequence[os.PathLike]) -> TokenTable:
    """The tokens of some files, which `tokenizer` made.

    Raises:
        InputError: If another tokenizer made them.
    """
    tokens = read_tokens(paths)
    if tokens.metadata.tokenizer_sha256 != tokenizer.sha256:
        raise InputError(f"{paths[0]}: made by another tokenizer than the one given; delete it")
    return tokens
