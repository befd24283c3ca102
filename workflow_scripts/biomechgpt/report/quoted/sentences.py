"""The Markdown that README and docs quote, composed from the record of a run.

Every word that a figure decides is chosen here, so that a sentence is true of any run.
"""

from collections.abc import Mapping

from biomechgpt.evaluation import paper
from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.page.wording import plural
from biomechgpt.report.quoted.cohort_table import cohort_size, cohort_table
from biomechgpt.report.quoted.headline_table import results_table
from biomechgpt.report.quoted.machines import machine_sentences
from biomechgpt.report.quoted.opponents import (
    comparison_list,
    few_people_sentence,
    listed,
    short_comparison,
)
from biomechgpt.report.quoted.record import Record
from biomechgpt.report.quoted.roles import QuotedRun, quoted_run
from biomechgpt.report.sections.claims import TUNED
from biomechgpt.settings.finetune_section import FinetuneSettings

GB_PER_MIB = 1024**2 / 1e9
TUNED_WITHIN = 0.10  # of the paper's weighted F1


def text_blocks(record: Record, others: Mapping[str, Record]) -> dict[str, str]:
    """The text of each block by its name.

    Args:
        record: The run that is quoted.
        others: Runs with the same settings on other machines, by the name of their folder.

    Raises:
        InputError: One of `others` has other settings.
    """
    run = quoted_run(record)
    return {
        "time": time_sentence(record.run),
        "cohort": cohort_sentence(record),
        "cohort-beside-paper": cohort_table(record),
        "results": results_table(run),
        "in-short": short_comparison(run),
        "comparisons": comparison_list(run),
        "few-people": few_people_sentence(run),
        "texts": text_sentence(record),
        "difficulty": difficulty_sentence(run),
        "machines": machine_sentences(run, others),
    }


def time_sentence(run: dict) -> str:
    """How long the run and, where that was measured, the tests took, and the memory of a job."""
    place = f"{plural(run['cores'], 'core')} ({run['processor']})"
    tests = f", `make test` {_minutes(run['tests_s'])}" if run.get("tests_s") else ""
    text = f"On {place} `make run` took {_minutes(run['busy_s'])}{tests}, installation apart."
    if run["peak_memory_mib"] is None:
        return text
    return f"{text} No job took more than {run['peak_memory_mib'] * GB_PER_MIB:.1f} GB of memory."


def cohort_sentence(record: Record) -> str:
    """Whose movement it was, how many were tested, and what an interval is of."""
    settings = record.settings
    n_people, n_trials = cohort_size(record)
    tested = record.fold_sizes[record.fold_sizes["split"] == "test"]
    drawn = f"**simulated** cohort (`simulate.seed: {settings.simulate.seed}`)"
    kind = drawn if record.run["simulated"] else "cohort"
    return (
        f"Run of {record.run['date']} on a {kind} of {n_people} participants with {n_trials} trials; "
        f"{tested['participants'].sum()} participants with {tested['trials'].sum()} trials were tested. "
        f"Figures are the mean of {_seeds(settings.finetune)}, with the 95 % interval over participants."
    )


def _seeds(finetune: FinetuneSettings) -> str:
    """How many seeds there are, and what they share."""
    seeds = plural(len(finetune.seeds), "seed")
    if len(finetune.seeds) == 1:
        return seeds
    if finetune.redraw_tokenizer:
        return f"{seeds}, each with a tokenizer and a base of its own"
    return f"{seeds}, which share one tokenizer and one base"


def text_sentence(record: Record) -> str:
    """How many generated texts could not be read, and on which questions."""
    table = record.unreadable
    answers, unreadable = table["answers"].sum(), table["unreadable"].sum()
    if not unreadable:
        return f"All {answers:,} generated texts could be read as an answer."
    worst = table[table["unreadable"] > 0].sort_values("unreadable", ascending=False, kind="stable")
    of_each = [
        f"{plain(row.task)} ({row.unreadable} of {row.answers})" for row in worst.itertuples()
    ]
    return (
        f"Of {answers:,} generated texts {unreadable} could not be read as an answer: "
        f"{listed(of_each)}."
    )


def difficulty_sentence(run: QuotedRun) -> str:
    """How near the paper's baseline comes to the figures that the simulator was tuned to."""
    tasks = paper.paper_tasks(run.settings.tasks)
    published = paper.WEIGHTED_F1["paper: XGBoost"]
    pairs = [
        (published[theirs][0], run.row(task, run.paper_baseline, "weighted_f1"))
        for task, theirs in tasks.items()
        if theirs in TUNED
    ]
    pairs = [(f1, row) for f1, row in pairs if row is not None]
    if not pairs or not run.record.run["simulated"]:
        return "This run says nothing about the difficulty that the simulator was tuned to."
    near = [abs(row.value - f1) <= TUNED_WITHIN for f1, row in pairs]
    figures = [f"{plain(row.task)} {row.value:.2f} ({f1:.2f})" for f1, row in pairs]
    return (
        f"Weighted F1 of XGBoost on token counts, in brackets the paper's, which the simulator was "
        f"tuned to: {listed(figures)}. {_within(near)}"
    )


def _within(near: list[bool]) -> str:
    away = f"within {TUNED_WITHIN:.2f} of the paper's."
    if all(near):
        return f"Each is {away}" if len(near) > 1 else f"It is {away}"
    return f"{sum(near) or 'None'} of {len(near)} {'is' if sum(near) < 2 else 'are'} {away}"


def _minutes(seconds: float) -> str:
    return plural(max(round(seconds / 60), 1), "minute")
