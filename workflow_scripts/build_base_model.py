"""Build the embedded base model of one fold from its training participants' tokens."""

from pathlib import Path

import pandas as pd

from biomechgpt import job
from biomechgpt.language_model.embedded import build_base_model
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.tokenizer.tokens import read_tokens

log = job.start(snakemake.log[0], snakemake.rule)
given, params = snakemake.input, snakemake.params
folds = pd.read_csv(given.folds, sep="\t", dtype=str)
of_fold = folds[folds["fold"] == snakemake.wildcards.fold]
training = set(of_fold.loc[of_fold["split"] == "train", "participant_id"])
table = read_tokens(given.tokens)
people = zip(table.participant_ids, table.tokens, strict=True)
folder = Path(snakemake.output[0])
build_base_model(
    params.cfg,
    [tokens for participant, tokens in people if participant in training],
    read_tasks(params.tasks, dict(zip(params.tasks, given.phrasings, strict=True))),
    int(table.metadata["codebook_size"]),
    params.max_length,
    folder,
    folder.parent / f".{folder.name}.checkpoints",
    params.code,
)
