"""Measure what a motion tokenizer keeps of the movement of held-out participants."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.tokenizer.measure import measure_tokenizer

measure_tokenizer(
    snakemake.input.tokenizer[0],
    snakemake.input.tokens[0],
    snakemake.input.joint_angles,
    snakemake.input.trials,
    snakemake.input.folds,
    snakemake.wildcards.fold,
    snakemake.output[0],
)
job.finish(snakemake)
