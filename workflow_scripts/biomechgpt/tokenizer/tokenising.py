"""Turn the trials of a shard into tokens, those of their mirror images beside them."""

import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.frames import Trial
from biomechgpt.body.mirror import mirrored
from biomechgpt.files import replacing
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.tokens import FIELDS, TokensMetadata
from biomechgpt.tokenizer.windows import select_trials

log = logging.getLogger(__name__)
TRIALS_AT_ONCE = 500  # in memory, and in a row group


def tokenise_shard(
    tokenizer_folder: os.PathLike,
    joint_angles_path: os.PathLike,
    trial_ids: set[str],
    tokens_path: os.PathLike,
) -> None:
    """Write the tokens of the accepted trials of one shard (docs/contracts.md)."""
    tokenizer = load_tokenizer(tokenizer_folder)
    schema = pa.schema(FIELDS, metadata=_metadata(tokenizer).to_schema())
    n_trials = 0
    with replacing(tokens_path) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        rows_of_trials = _rows(tokenizer, select_trials([joint_angles_path], trial_ids))
        while rows := list(islice(rows_of_trials, TRIALS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            n_trials += len(rows)
    log.info("%d trials", n_trials)


def _rows(tokenizer: StoredTokenizer, trials: Iterable[Trial]) -> Iterator[dict]:
    for trial in trials:
        row = {"trial_id": trial.info["trial_id"], "participant_id": trial.info["participant_id"]}
        row |= {"n_frames": len(trial.frames), "frame_rate_hz": tokenizer.frame_rate_hz}
        row |= {"tokens": encode_trial(tokenizer, trial.frames)}
        yield row | {"mirrored_tokens": encode_trial(tokenizer, mirrored(trial.frames))}


def _metadata(tokenizer: StoredTokenizer) -> TokensMetadata:
    return TokensMetadata(
        tokenizer.sha256,
        tokenizer.statistics_sha256,
        tokenizer.frame_rate_hz,
        tokenizer.cfg.downsampling,
        tokenizer.model.tokens_per_step,
        tokenizer.model.vocabulary_size,
    )
