"""Fine-tune one variant on the training questions of one fold and seed."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.finetuning import Sources, finetune

wildcards = snakemake.wildcards
sources = Sources(
    [Path(path) for path in snakemake.input.tokens],
    Path(snakemake.input.questions),
    dict(zip(snakemake.params.cfg["tasks"], snakemake.input.phrasings, strict=True)),
    Path(snakemake.input.base),
    Path(snakemake.input.tokenizer),
)
run = {"fold": wildcards.fold, "variant": wildcards.variant, "seed": int(wildcards.seed)}
finetune(sources, run | snakemake.params.cfg, Path(snakemake.output[0]), snakemake.params.code)
job.finish(snakemake)
