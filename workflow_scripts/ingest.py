"""Rule ingest: the motion files of one shard of participants, in the body's coordinates."""

from biomechgpt import job

job.start(snakemake.log[0], snakemake.rule)

from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.shards import read_shard

shard, n_shards = int(snakemake.wildcards.shard), int(snakemake.params.shards)
ingest_shard(
    read_shard(snakemake.params.cohorts, shard, n_shards),
    snakemake.input.maps,
    shard,
    n_shards,
    snakemake.params.cfg,
    snakemake.output.trajectories,
    snakemake.output.issues,
)
