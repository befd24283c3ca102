"""Trials beside what their stored tokens decode to."""

import os
from collections.abc import Mapping, Sequence

from biomechgpt.tokenizer.decoded import DecodedTrial, decode, read_own_tokens
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.windows import select_trials


def decode_trials(
    trial_folds: Mapping[str, str],
    joint_angles: Sequence[os.PathLike],
    tokenizers: Mapping[str, os.PathLike],
    tokens: Mapping[str, os.PathLike],
) -> dict[str, DecodedTrial]:
    """The trials named, each decoded by the tokenizer of its own fold, in the order of `trial_folds`.

    Args:
        trial_folds: Fold by trial id.
        joint_angles: The shards.
        tokenizers: Folder of the tokenizer by fold.
        tokens: File of its tokens by fold.

    Raises:
        InputError: Tokens were made by another tokenizer.
    """
    loaded = {fold: load_tokenizer(tokenizers[fold]) for fold in set(trial_folds.values())}
    tables = {fold: read_own_tokens(loaded[fold], [tokens[fold]]) for fold in loaded}
    codes_of = {
        (fold, trial_id): codes
        for fold, table in tables.items()
        for trial_id, codes in zip(table.trial_ids, table.tokens, strict=True)
    }
    decoded = {}
    for trial in select_trials(joint_angles, set(trial_folds)):
        trial_id = trial.info["trial_id"]
        fold = trial_folds[trial_id]
        decoded[trial_id] = decode(loaded[fold], trial, codes_of[fold, trial_id])
    return {trial_id: decoded[trial_id] for trial_id in trial_folds}
