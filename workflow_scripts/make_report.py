"""Put everything into one HTML file, its tables into a folder, the summary into a text file, and what
the run was into run.json."""

import json
from itertools import product
from pathlib import Path

from biomechgpt import job

job.start(snakemake)

from biomechgpt.files import replacing
from biomechgpt.report.report_page import build_report
from biomechgpt.report.results import read_results
from biomechgpt.report.run_description import describe_run
from biomechgpt.report.run_files import RunFiles
from biomechgpt.report.summary_table import summary
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.versions import versions

files, written, params = snakemake.input, snakemake.output, snakemake.params
names = list(product(params.folds, params.tokenizers))
run_files = RunFiles(
    metrics=files.metrics,
    tables=files.tables,
    answers=files.answers,
    trials=files.trials,
    folds=files.folds,
    issues=files.issues,
    tokenizers=dict(zip(names, files.tokenizers, strict=True)),
    tokenizer_measures=dict(zip(names, files.tokenizer_measures, strict=True)),
    tokens=dict(zip(params.folds, files.tokens, strict=True)),
    joint_angles=files.joint_angles,
    cohorts=params.cohorts,
    benchmarks=params.benchmarks,
    left_out=files.left_out,
    phrasings={Path(path).stem: path for path in files.phrasings},
    normal_gait=files.normal[0],
    normal_ranges=files.normal[1],
    synthesis_study=files.get("synthesis_study"),
)
settings = RunSettings.model_validate(params.config)
results = read_results(files.metrics, files.tables, settings)
about_run = (versions(), params.simulated)
build_report(results, run_files, settings, *about_run, written.page, written.tables)
with replacing(written.summary) as path:
    path.write_text(summary(results, params.simulated), encoding="utf-8")
with replacing(written.run) as path:
    run = describe_run(params.config, *about_run, params.benchmarks)
    path.write_text(json.dumps(run, indent=1, ensure_ascii=False), encoding="utf-8")
job.finish(snakemake)
