"""Fine-tune one variant on the training questions of one fold and seed."""

from pathlib import Path

from biomechgpt import job
from biomechgpt.language_model.finetuning import Sources, finetune

log = job.start(snakemake.log[0], snakemake.rule)
given, names = snakemake.input, snakemake.wildcards
run = {"fold": names.fold, "variant": names.variant, "seed": int(names.seed)}
folder = Path(snakemake.output[0])
finetune(
    Sources(given.tokens, given.questions, Path(given.base), Path(given.tokenizer)),
    run | snakemake.params.cfg,
    folder,
    folder.parent / f".{folder.name}.checkpoints",
    snakemake.params.code,
)
