"""List the accepted trials and write the one table of all problems."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.splits.index import index_trials

index_trials(
    snakemake.input.joint_angles,
    [*snakemake.input.ingest_issues, *snakemake.input.strip_issues],
    snakemake.output.trials,
    snakemake.output.issues,
    snakemake.output.report,
)
job.finish(snakemake)
