"""Which sections the report has, in which order, and what each is made from."""

import os
from pathlib import Path

from biomechgpt.evaluation.result_tables import read_table
from biomechgpt.evaluation.synthesis_tables import read_study_tables
from biomechgpt.report.page.blocks import Block, Links, Paragraph, Section
from biomechgpt.report.question_sections.question_section import question_sections
from biomechgpt.report.results import Results
from biomechgpt.report.run_files import ReportData, RunFiles
from biomechgpt.report.sections import model_scores, run_record
from biomechgpt.report.sections.checklist import checklist
from biomechgpt.report.sections.claims import claims
from biomechgpt.report.sections.gait_examples import GaitFiles, gait_examples
from biomechgpt.report.sections.glance import glance
from biomechgpt.report.sections.ingestion import ingestion
from biomechgpt.report.sections.leakage_audit import leakage_audit
from biomechgpt.report.sections.movement_kept import movement_kept
from biomechgpt.report.sections.movement_readings import movement_readings
from biomechgpt.report.sections.other_cohorts import other_cohorts
from biomechgpt.report.sections.paired_comparisons import comparisons
from biomechgpt.report.sections.participants import cohort, labels, token_lengths
from biomechgpt.report.sections.questions_asked import gates, left_out, table_one
from biomechgpt.report.sections.synthetic_movement import TITLE as ON_SYNTHESIS
from biomechgpt.report.sections.synthetic_movement import synthetic_movement
from biomechgpt.report.sections.tokenizer_effect import classifiers_on_tokens, models_by_tokenizer
from biomechgpt.report.sections.tokenizer_error import tokenizers
from biomechgpt.report.sections.video_and_body import video_and_body
from biomechgpt.settings.run_settings import RunSettings

RESULTS, DATA, TRUST, RUN = "Results", "What it rests on", "Can it be trusted", "The run"
NO_FILE = [Paragraph("This section is left out: its file was not given.", "quiet")]
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
    "A simple method is a baseline that is not a language model; the strongest is the one with the "
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
    data: ReportData,
    files: RunFiles,
    settings: RunSettings,
    versions: dict[str, str],
    simulated: bool,
) -> list[Section]:
    """All sections that have something to say."""
    of_trust = [
        (
            "claims",
            "Claim by claim",
            claims(results, settings, files.tokenizer_measures, simulated),
        ),
        ("leakage", "Leakage audit", leakage_audit(results.table("leakage"))),
        ("tripod", "TRIPOD+AI checklist", checklist(results, settings, data)),
    ]
    return [
        *_grouped(RESULTS, _results(results, data, files, settings)),
        *question_sections(results, data.answers, data.curves, data.built_phrasings),
        *_grouped(DATA, _data(results, data, files, settings)),
        *_grouped(TRUST, of_trust),
        *_grouped(RUN, _run(data, files, settings, versions)),
    ]


def _grouped(group: str, parts: list[tuple[str, str, list[Block]]]) -> list[Section]:
    return [Section(name, title, group, blocks) for name, title, blocks in parts if blocks]


def _results(
    results: Results, data: ReportData, files: RunFiles, settings: RunSettings
) -> list[tuple[str, str, list[Block]]]:
    counts = read_table(Path(results.folder, "table1.parquet"))
    least = settings.questions.min_training_participants
    questions = [*table_one(counts, results.paper_tasks), *left_out(files.left_out, least)]
    return [
        ("glance", "Results at a glance", glance(results)),
        ("readings", "How the language model reads movement", movement_readings(results, settings)),
        ("video", "Video and body", video_and_body(results, settings)),
        ("questions", "Questions and participants", questions),
        ("other-cohorts", "What carries over", other_cohorts(results, data, settings)),
        ("gates", "Whether a question applies", gates(results, settings.tasks)),
        ("classification", "Classification", model_scores.classification(results)),
        ("regression", "Numbers", model_scores.regression(results)),
        ("training", "On training participants", model_scores.on_training(results)),
        ("comparisons", "Paired comparisons", comparisons(results)),
        ("unreadable", "Answers that could not be read", model_scores.unreadable(results)),
        ("synthesis", ON_SYNTHESIS, _synthesis(files, settings)),
    ]


def _synthesis(files: RunFiles, settings: RunSettings) -> list[Block]:
    if files.synthesis_study is None or settings.synthesis_study is None:
        return []
    tables = read_study_tables(files.synthesis_study)
    return synthetic_movement(tables, settings.synthesis_study.task)


def _data(
    results: Results, data: ReportData, files: RunFiles, settings: RunSettings
) -> list[tuple[str, str, list[Block]]]:
    people = rejected = gait = tokenizer = NO_FILE
    if data.trials is not None:
        lengths = token_lengths(next(iter(files.tokens.values()), None))
        people = cohort(data.trials, lengths, data.folds)
        if data.labels is not None:
            people = [*people, *labels(data.labels, data.trials, data.folds)]
        if data.issues is not None:
            rejected = ingestion(data.issues, len(data.trials))
        if data.folds is not None and files.joint_angles and files.normal_gait is not None:
            gait_files = GaitFiles(files.joint_angles, files.normal_gait, files.normal_ranges)
            rate_hz = settings.motion.frame_rate_hz
            gait = gait_examples(gait_files, data.trials, data.folds, rate_hz)
    if files.tokenizer_measures:
        tokenizer = [
            *tokenizers(files.tokenizer_measures),
            *movement_kept(files.tokenizer_measures, data.labels),
            *classifiers_on_tokens(results, settings),
            *models_by_tokenizer(results, settings),
        ]
    return [
        ("cohort", "Cohort", people),
        ("ingestion", "What was rejected", rejected),
        ("gait", "Gait of test participants", gait),
        ("tokenizer", "Motion tokenizer", tokenizer),
    ]


def _run(
    data: ReportData, files: RunFiles, settings: RunSettings, versions: dict[str, str]
) -> list[tuple[str, str, list[Block]]]:
    hashed = {"metrics.parquet": files.metrics, "folds.tsv": files.folds}
    hashed = {name: path for name, path in hashed.items() if path is not None}
    redrawn = settings.finetune.redraw_tokenizer
    spread = OWN_TOKENIZER if redrawn else SHARED_TOKENIZER
    provenance = [
        *run_record.configuration(settings.to_dict(), versions),
        *run_record.hashes(hashed, data.trials),
    ]
    return [
        ("time", "Time and memory", run_record.time_and_memory(files.benchmarks)),
        ("configuration", "Configuration and versions", provenance),
        ("files", "Tables as files", _files(files.tables)),
        ("guide", "How to read the numbers", [Paragraph(text) for text in (*GUIDE, spread)]),
    ]


def _files(tables: os.PathLike) -> list[Block]:
    """The evaluation's tables, which lie beside the report."""
    folder = Path(tables)
    links = [f"{folder.name}/{path.name}" for path in sorted(folder.glob("*.csv"))]
    text = (
        "Each table above has a link with its content as CSV. The evaluation's own tables, with "
        "all digits and all models, lie beside this file; docs/contracts.md names their columns."
    )
    return [Paragraph(text), Links(links)]
