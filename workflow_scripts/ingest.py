"""Rule ingest: the motion files of one shard of participants, in the body's coordinates."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.shards import check_files, read_shard
from biomechgpt.cohort.tables import select_cohorts
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings

params, shard = snakemake.params, int(snakemake.wildcards.shard)
cohorts = read_shard(params.cohorts, shard, params.shards)
ingest_shard(
    cohorts,
    reading_with(snakemake.input.maps, IngestSettings.model_validate(params.cfg)),
    shard,
    params.shards,
    snakemake.output.trajectories,
    snakemake.output.issues,
)
recorded = select_cohorts(cohorts, params.recorded)
check_files(recorded, shard, params.shards, params.files)
job.finish(snakemake)
