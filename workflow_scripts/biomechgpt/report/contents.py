"""Which sections the report has, in which order, and what each is made from."""

import os
from pathlib import Path

from biomechgpt.evaluation.tables import read_table
from biomechgpt.report import (
    cohort_sections,
    result_tables,
    run_sections,
    tokenizer_sections,
)
from biomechgpt.report.audit import audit
from biomechgpt.report.blocks import Links, Section, Text
from biomechgpt.report.checklist import checklist
from biomechgpt.report.claims import claims
from biomechgpt.report.gate_tables import gates, left_out
from biomechgpt.report.glance import glance
from biomechgpt.report.label_sections import labels
from biomechgpt.report.results import Results
from biomechgpt.report.sources import Data, Sources
from biomechgpt.report.task_pages import task_sections
from biomechgpt.report.tokenizer_answers import classifiers_on_tokens, models_by_tokenizer
from biomechgpt.report.tokenizer_movement import movement_kept

RESULTS, DATA, TRUST, RUN = "Results", "What it rests on", "Can it be trusted", "The run"
NOT_GIVEN = [Text("This section is left out: its file was not given.", "quiet")]
SHARED_TOKENIZER = (
    "SD is over seeds and covers phrasings and order of training only, since all seeds share tokenizer and "
    "base. Another tokenizer moves figures by more (measured once: docs/log.md); with "
    "finetune.redraw_tokenizer the SD covers it. What is fitted once has none (n/a)."
)
OWN_TOKENIZER = (
    "SD is over seeds and covers tokenizer, embedded base, phrasings and order of training, which every seed "
    "draws anew; tables on tokenizers are about that of the first. What is fitted once has none (n/a)."
)
GUIDE = (
    "Every interval is the middle 95 % of a bootstrap that resamples participants with all their"
    " trials; all models and tasks share the draws, so differences are paired. Under 5 "
    "participants nothing is estimable; under 10 an interval is somewhat too narrow.",
    "A simple method is a baseline that is no language model; the strongest is the one with the "
    "best figure on the same test participants. Chance is the better of what learnt from labels "
    "shuffled over participants and of the most frequent label or median.",
    "Above means that the whole interval of the difference lies above 0 and that its p stands after "
    "adjustment for the number of questions (Holm); under 20 participants the t-test has to agree. Not "
    "distinguishable means that this is not so, not that both are equal.",
    "Macro F1 averages over the classes that occur in the truth and is the headline; weighted F1"
    " weights them by their trials and compares with the paper (arXiv 2505.18465), whose rows "
    "describe another cohort. Results at a glance and its verdicts are of macro F1, Claim by claim "
    "counts in weighted F1 and names both; of numbers the mean absolute error is the headline.",
    "Nothing here is a clinical claim.",
)


def sections_of(
    results: Results,
    data: Data,
    sources: Sources,
    config: dict,
    versions: dict[str, str],
    simulated: bool,
) -> list[Section]:
    """All sections that have something to say."""
    trust = [
        ("claims", "Claim by claim", claims(results, config, sources.tokenizers, simulated)),
        ("leakage", "Leakage audit", audit(results.table("leakage"))),
        (
            "tripod",
            "TRIPOD+AI checklist",
            checklist(results, config, data.trials, data.folds, data.issues),
        ),
    ]
    groups = {
        RESULTS: _results(results, sources, config),
        DATA: _data(results, data, sources, config),
        TRUST: trust,
        RUN: _run(data, sources, config, versions),
    }
    sections = {
        group: [Section(name, title, group, blocks) for name, title, blocks in parts if blocks]
        for group, parts in groups.items()
    }
    tasks = task_sections(results, data.answers, data.movements)
    return [*sections[RESULTS], *tasks, *sections[DATA], *sections[TRUST], *sections[RUN]]


def _results(results: Results, sources: Sources, config: dict) -> list[tuple[str, str, list]]:
    counts = read_table(Path(results.folder, "table1.parquet"))
    least = config["questions"]["min_training_participants"]
    questions = [
        *result_tables.table_one(counts, results.paper_tasks),
        *left_out(sources.left_out, least),
    ]
    return [
        ("glance", "Results at a glance", glance(results)),
        ("questions", "Questions and participants", questions),
        ("gates", "Whether a question applies", gates(results, config["tasks"])),
        ("classification", "Classification", result_tables.classification(results)),
        ("regression", "Numbers", result_tables.regression(results)),
        ("training", "On training participants", result_tables.on_training(results)),
        ("comparisons", "Paired comparisons", result_tables.comparisons(results)),
        ("unreadable", "Answers that could not be read", result_tables.unreadable(results)),
    ]


def _data(
    results: Results, data: Data, sources: Sources, config: dict
) -> list[tuple[str, str, list]]:
    cohort = ingestion = tokenizer = NOT_GIVEN
    if data.trials is not None:
        lengths = cohort_sections.token_lengths(sources.tokens)
        cohort = cohort_sections.cohort(data.trials, lengths, data.folds)
        if data.labels is not None:
            cohort = [*cohort, *labels(data.labels, data.trials, data.folds)]
        if data.issues is not None:
            ingestion = cohort_sections.ingestion(data.issues, len(data.trials))
    if sources.tokenizers:
        tokenizer = [
            *tokenizer_sections.tokenizers(sources.tokenizers),
            *movement_kept(sources.tokenizer_measures, data.labels),
            *classifiers_on_tokens(results, config),
            *models_by_tokenizer(results, config),
        ]
    return [
        ("cohort", "Cohort", cohort),
        ("ingestion", "What was rejected", ingestion),
        ("tokenizer", "Motion tokenizer", tokenizer),
    ]


def _run(data: Data, sources: Sources, config: dict, versions: dict[str, str]) -> list:
    time = [Text("Time and memory are left out: there are no benchmark files.", "quiet")]
    if sources.benchmarks is not None:
        time = run_sections.time_and_memory(sources.benchmarks)
    hashed = {"metrics.parquet": sources.metrics, "folds.tsv": sources.folds}
    hashed = {name: path for name, path in hashed.items() if path is not None}
    redrawn = config["finetune"]["redraw_tokenizer"]
    spread = OWN_TOKENIZER if redrawn else SHARED_TOKENIZER
    provenance = [
        *run_sections.configuration(config, versions),
        *run_sections.hashes(hashed, data.trials),
    ]
    return [
        ("time", "Time and memory", time),
        ("configuration", "Configuration and versions", provenance),
        ("files", "Tables as files", _files(sources.tables)),
        ("guide", "How to read the numbers", [Text(text) for text in (*GUIDE, spread)]),
    ]


def _files(tables: os.PathLike) -> list:
    """The evaluation's tables, which lie beside the report."""
    folder = Path(tables)
    links = [f"{folder.name}/{path.name}" for path in sorted(folder.glob("*.csv"))]
    text = (
        "Each table above has a link with its content as CSV. The evaluation's own tables, with "
        "all digits and all models, lie beside this file; docs/contracts.md names their columns."
    )
    return [Text(text), Links(links)]
