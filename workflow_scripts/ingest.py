"""Rule ingest: the motion files of one shard of participants, in the body's coordinates."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts

ingest_shard(
    read_cohorts(snakemake.params.cohorts),
    snakemake.input.maps,
    int(snakemake.wildcards.shard),
    int(snakemake.params.shards),
    snakemake.params.cfg,
    snakemake.output.trajectories,
    snakemake.output.issues,
)
job.finish(snakemake)
