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
from biomechgpt.tokenizer.windows import select_trials


class DecodedTrial(NamedTuple):
    """A trial, its tokens, and both angles in rad up to the end of the last token."""

    trial: Trial
    tokenizer: StoredTokenizer
    tokens: np.ndarray  # (L,)
    recorded_rad: np.ndarray  # (T, J), NaN where missing
    decoded_rad: np.ndarray  # (T, J)


def decode(tokenizer: StoredTokenizer, trial: Trial, tokens: np.ndarray) -> DecodedTrial:
    """What the tokens of a trial decode to, beside the trial."""
    angles_rad = decode_trial(tokenizer, tokens)[: len(trial.frames)]
    return DecodedTrial(trial, tokenizer, tokens, trial.frames[: len(angles_rad)], angles_rad)


def decode_stored(
    tokenizer: StoredTokenizer,
    tokens_path: os.PathLike,
    joint_angles_paths: Sequence[os.PathLike],
    trial_ids: Container[str],
) -> Iterator[DecodedTrial]:
    """The trials with these ids, decoded from their stored tokens, in the order of the shards.

    Raises:
        InputError: If the tokens were made by another tokenizer.
    """
    table = read_own_tokens(tokenizer, [tokens_path])
    tokens = dict(zip(table.trial_ids, table.tokens, strict=True))
    for trial in select_trials(joint_angles_paths, trial_ids):
        yield decode(tokenizer, trial, tokens[trial.info["trial_id"]])


def read_own_tokens(tokenizer: StoredTokenizer, paths: Sequence[os.PathLike]) -> TokenTable:
    """The tokens of some files, which `tokenizer` made.

    Raises:
        InputError: If another tokenizer made them.
    """
    tokens = read_tokens(paths)
    if tokens.metadata.tokenizer_sha256 != tokenizer.sha256:
        raise InputError(f"{paths[0]}: made by another tokenizer; delete it")
    return tokens
