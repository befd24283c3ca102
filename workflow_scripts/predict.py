"""Ask a fine-tuned model the questions on validation and test participants."""

from pathlib import Path

from biomechgpt import job
from biomechgpt.language_model.prediction import predict_file

job.start(snakemake.log[0], snakemake.rule)
predict_file(
    Path(snakemake.input.model[0]),
    [Path(path) for path in snakemake.input.tokens],
    Path(snakemake.input.questions),
    Path(snakemake.output[0]),
    ["validation", "test"],
)
