"""Write what the tokens of one shard's trials keep as OpenSim motion files."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.settings.reconstruct_section import ReconstructSettings
from biomechgpt.splits.accepted import read_accepted, trials_by_split
from biomechgpt.tokenizer.reconstruction import check_named, reconstruct_shard

files = snakemake.input
settings = ReconstructSettings.model_validate(snakemake.params.cfg)
trials = read_accepted(files.trials)
check_named(settings.trials, trials)
by_split = trials_by_split(files.trials, files.folds, snakemake.wildcards.fold)
of_splits = [trial_id for split in settings.splits for trial_id in by_split.get(split, [])]
reconstruct_shard(
    files.tokenizer[0],
    files.tokens,
    trials[trials["trial_id"].isin([*settings.trials, *of_splits])],
    set(snakemake.params.simulated),
    snakemake.output[0],
)
job.finish(snakemake)
