"""Put everything into one HTML file, and the summary into a text file."""

from biomechgpt import job

job.start(snakemake.log[0], snakemake.rule)

from pathlib import Path

from biomechgpt.provenance import versions
from biomechgpt.report.page import Sources, build_report, read_results
from biomechgpt.report.terminal import summary

given, params = snakemake.input, snakemake.params
sources = Sources(
    metrics=given.metrics,
    tables=given.tables,
    figures=given.figures,
    trials=given.trials,
    folds=given.folds,
    ingest_report=given.ingest_report,
    tokenizers=given.tokenizers,
    tokens=given.tokens,
    benchmarks=params.benchmarks,
)
build_report(sources, params.config, versions(), params.simulated, snakemake.output.page)
found = read_results(given.metrics, given.tables, params.config)
Path(snakemake.output.summary).write_text(summary(found, params.simulated), encoding="utf-8")
