"""Rule ingest: the motion files of one shard of participants, in the body's coordinates."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.shards import check_files
from biomechgpt.cohort.tables import read_cohorts

params, shard = snakemake.params, int(snakemake.wildcards.shard)
ingest_shard(
    read_cohorts(params.cohorts),
    snakemake.input.maps,
    shard,
    params.shards,
    params.cfg,
    snakemake.output.trajectories,
    snakemake.output.issues,
)
check_files(read_cohorts(params.recorded), shard, params.shards, params.files)
job.finish(snakemake)
