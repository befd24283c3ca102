"""Train the motion tokenizer of one fold and measure it on held-out participants."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from biomechgpt.tokenizer.stage import make_tokenizer

make_tokenizer(
    snakemake.input.joint_angles,
    snakemake.input.trials,
    snakemake.input.folds,
    snakemake.wildcards.fold,
    snakemake.params.cfg,
    snakemake.params.motion,
    snakemake.params.training_code,
    snakemake.output[0],
)
job.finish(snakemake)
