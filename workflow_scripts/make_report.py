"""Put everything into one HTML file, its tables into a folder, the summary into a text file, and what
the run was into run.json."""

import json

from biomechgpt import job

job.start(snakemake)

from biomechgpt.files import replacing
from biomechgpt.report.page import build_report
from biomechgpt.report.results import read_results
from biomechgpt.report.run_description import describe_run
from biomechgpt.report.sources import Sources
from biomechgpt.report.terminal import summary
from biomechgpt.versions import versions

given, made, params = snakemake.input, snakemake.output, snakemake.params
sources = Sources(
    metrics=given.metrics,
    tables=given.tables,
    answers=given.answers,
    trials=given.trials,
    folds=given.folds,
    ingest_report=given.ingest_report,
    tokenizers=given.tokenizers,
    tokenizer_measures=given.tokenizer_measures,
    tokens=given.tokens,
    joint_angles=given.joint_angles,
    cohorts=params.cohorts,
    benchmarks=params.benchmarks,
    left_out=given.left_out,
)
build_report(sources, params.config, versions(), params.simulated, made.page, made.tables)
found = read_results(given.metrics, given.tables, params.config)
with replacing(made.summary) as path:
    path.write_text(summary(found, params.simulated), encoding="utf-8")
run = describe_run(params.config, versions(), params.simulated, params.benchmarks)
with replacing(made.run) as path:
    path.write_text(json.dumps(run, indent=1, ensure_ascii=False), encoding="utf-8")
job.finish(snakemake)
