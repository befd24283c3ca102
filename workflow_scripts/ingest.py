"""Rule ingest: the motion files of one shard of participants, in the body's coordinates."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.shards import check_files, read_shard

params, shard = snakemake.params, int(snakemake.wildcards.shard)
ingest_shard(
    read_shard(params.cohorts, shard, params.shards),
    snakemake.input.maps,
    shard,
    params.shards,
    params.cfg,
    snakemake.output.trajectories,
    snakemake.output.issues,
)
recorded = read_shard(params.recorded, shard, params.shards)
check_files(recorded, shard, params.shards, params.files)
job.finish(snakemake)
