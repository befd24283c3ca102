"""One HTML file with everything: opens by double click, needs no network and no script."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jinja2
import pandas as pd

from biomechgpt.files import replacing
from biomechgpt.report import cohort_sections, result_tables, results, run_sections
from biomechgpt.report.blocks import Figure, Section, Text, inline_svg

TEMPLATE, STYLE = "template.html", "style.css"
GUIDE = (
    "Every interval is the middle 95 % of a bootstrap that resamples participants with all their"
    " trials; all models and tasks share the draws, so differences are paired. Under 5 "
    "participants nothing is estimable; under 10 an interval is somewhat too narrow.",
    "Chance is the same classifier as XGBoost, trained on shuffled labels.",
    "Above means that the whole interval of the difference lies above 0; not distinguishable means "
    "that it holds 0, not that both are equal.",
    "Macro F1 averages over the classes that occur in the truth and is the headline; weighted F1"
    " weights them by their trials and compares with the paper (arXiv 2505.18465), whose rows "
    "describe another cohort.",
    "SD is over seeds: what another training run would change, not what other people would.",
    "Nothing here is a clinical claim.",
)


class Sources(NamedTuple):
    """The files a report is made from; what is None or empty is left out and said to be.

    `tables` and `figures` are the folders that the evaluation writes; `tokenizers` the tokenizer
    folders of all folds; `tokens` the token files of one fold and tokenizer; `benchmarks` the
    folder of Snakemake's benchmark files.
    """

    metrics: os.PathLike
    tables: os.PathLike
    figures: os.PathLike
    trials: os.PathLike | None = None
    folds: os.PathLike | None = None
    ingest_report: os.PathLike | None = None
    tokenizers: Sequence[os.PathLike] = ()
    tokens: Sequence[os.PathLike] = ()
    benchmarks: os.PathLike | None = None


def build_report(
    sources: Sources, config: dict, versions: dict[str, str], simulated: bool, path: os.PathLike
) -> None:
    """Write the report. `simulated` (any cohort is) puts "Simulated data" over every section.

    The models are the `variants` and `baselines` of `config`; the first variant is the one whose
    results stand at the top.
    """
    found = read_results(sources.metrics, sources.tables, config)
    sections = [
        *_result_sections(found, sources),
        *_data_sections(sources),
        *_run_sections(sources, config, versions),
    ]
    folder = Path(__file__).parent
    loader = jinja2.FileSystemLoader(folder)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    page = environment.get_template(TEMPLATE).render(
        title="BiomechGPT report",
        run=config["run"],
        simulated=simulated,
        tag="Simulated data" if simulated else "",
        sections=sections,
        style=(folder / STYLE).read_text(encoding="utf-8"),
    )
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def read_results(metrics: os.PathLike, tables: os.PathLike, config: dict) -> results.Results:
    """What the evaluation found on test participants."""
    names = ("comparisons", "unreadable")
    read = [pd.read_csv(Path(tables, f"{name}.csv")) for name in names]
    measured = pd.read_parquet(metrics)
    tested = [t[t["split"] == "test"] for t in (measured, *read)]
    on_training = measured[measured["split"] == "train"]
    units = {name: task.get("unit", "") for name, task in config["tasks"].items()}
    names = list(config["variants"]), list(config["baselines"])
    return results.Results(*tested, on_training, *names, units)


def _result_sections(found: results.Results, sources: Sources) -> list[Section]:
    variant = found.variants[0]
    per_class = result_tables.classes(found)
    counts = pd.read_csv(Path(sources.tables, "table1.csv"))
    answers = "most probable answers, first seed"
    differences = "Paired differences with their 95 % intervals; participants and trials as above."
    two = f"Figure 2. {variant}, {answers}: trials by true class and answer, coloured by the share."
    three = f"Figure 3. {variant}, {answers}: the other questions with classes."
    four = f"Figure 4. {variant}, {answers}: number answered against the truth, a point a trial."
    parts = [
        ("glance", "Results at a glance", results.glance(found), [("comparisons", differences)]),
        ("questions", "Questions and participants", result_tables.table_one(counts), []),
        (
            "classification",
            "Classification",
            result_tables.classification(found),
            [("figure2", two), ("figure3", three)],
        ),
        ("regression", "Numbers", result_tables.regression(found), [("figure4", four)]),
        ("training", "On training participants", result_tables.on_training(found), []),
        ("comparisons", "Paired comparisons", result_tables.comparisons(found), []),
        ("unreadable", "Answers that could not be read", result_tables.unreadable(found), []),
    ]
    sections = []
    for name, title, blocks, figures in parts:
        drawn = [_figure(Path(sources.figures, f"{stem}.svg"), text) for stem, text in figures]
        detail = [per_class] if name == "classification" and per_class else []
        sections.append(Section(name, title, [*blocks, *drawn, *detail]))
    return [section for section in sections if section.blocks]


def _figure(path: Path, caption: str) -> Figure | Text:
    if not path.exists():
        return Text(f"{caption.split('.')[0]} is left out: there is nothing to draw.", "quiet")
    return Figure(inline_svg(path.read_text(encoding="utf-8")), caption)


def _data_sections(sources: Sources) -> list[Section]:
    left_out = "This section is left out: its file was not given."
    tokenizer = cohort = ingestion = [Text(left_out, "quiet")]
    if sources.tokenizers:
        tokenizer = cohort_sections.tokenizers(sources.tokenizers)
    if sources.trials is not None:
        trials = pd.read_parquet(sources.trials)
        folds = None if sources.folds is None else pd.read_csv(sources.folds, sep="\t", dtype=str)
        lengths = cohort_sections.token_lengths(sources.tokens)
        cohort = cohort_sections.cohort(trials, lengths, folds)
        if sources.ingest_report is not None:
            read = {"sep": "\t", "dtype": str, "keep_default_na": False, "quoting": 0}
            issues = pd.read_csv(sources.ingest_report, **read)
            ingestion = cohort_sections.ingestion(issues, len(trials))
    return [
        Section("tokenizer", "Motion tokenizer", tokenizer),
        Section("cohort", "Cohort", cohort),
        Section("ingestion", "What was rejected", ingestion),
    ]


def _run_sections(sources: Sources, config: dict, versions: dict[str, str]) -> list[Section]:
    time = [Text("Time and memory are left out: there are no benchmark files.", "quiet")]
    if sources.benchmarks is not None:
        time = run_sections.time_and_memory(sources.benchmarks)
    return [
        Section("time", "Time and memory", time),
        Section(
            "configuration",
            "Configuration and versions",
            run_sections.configuration(config, versions),
        ),
        Section("guide", "How to read the numbers", [Text(text) for text in GUIDE]),
    ]
