"""Fine-tune one variant on the training questions of one fold and seed."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.finetuning import Sources, finetune
from biomechgpt.settings.variant_run import VariantRun

wildcards = snakemake.wildcards
sources = Sources(
    [Path(path) for path in snakemake.input.tokens],
    Path(snakemake.input.questions),
    dict(zip(snakemake.params.cfg["tasks"], snakemake.input.phrasings, strict=True)),
    Path(snakemake.input.base),
    Path(snakemake.input.tokenizer),
    *map(Path, snakemake.input.encoder),
    videos=next(map(Path, snakemake.input.videos), None),
    conditions=next(map(Path, snakemake.input.conditions), None),
)
key = {"fold": wildcards.fold, "variant": wildcards.variant, "seed": int(wildcards.seed)}
run = VariantRun.model_validate(key | snakemake.params.cfg)
finetune(sources, run, Path(snakemake.output[0]), snakemake.params.code)
job.finish(snakemake)
