"""Turn the accepted trials of one shard into motion tokens."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.splits.accepted import read_accepted
from biomechgpt.tokenizer.tokenising import tokenise_shard

tokenise_shard(
    snakemake.input.tokenizer[0],
    snakemake.input.joint_angles,
    set(read_accepted(snakemake.input.trials)["trial_id"]),
    snakemake.output[0],
)
job.finish(snakemake)
