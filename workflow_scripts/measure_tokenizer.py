"""Measure what a motion tokenizer keeps of the movement of held-out participants."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.tokenizer.trial_tables import measure_trials

measure_trials(
    snakemake.input.tokenizer[0],
    snakemake.input.joint_angles,
    snakemake.input.trials,
    snakemake.input.folds,
    snakemake.wildcards.fold,
    snakemake.output[0],
)
job.finish(snakemake)
