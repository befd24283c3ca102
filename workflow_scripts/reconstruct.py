"""Write what the tokens of one shard's trials keep as OpenSim motion files."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.splits.accepted import read_accepted, trials_by_split
from biomechgpt.tokenizer.reconstruction import check_named, reconstruct_shard

given, cfg = snakemake.input, snakemake.params.cfg
trials = read_accepted(given.trials)
check_named(cfg["trials"], trials)
by_split = trials_by_split(given.trials, given.folds, snakemake.wildcards.fold)
wanted = {*cfg["trials"], *(id for split in cfg["splits"] for id in by_split.get(split, []))}
reconstruct_shard(
    given.tokenizer[0],
    given.tokens,
    trials[trials["trial_id"].isin(wanted)],
    set(snakemake.params.simulated),
    snakemake.output[0],
)
job.finish(snakemake)
