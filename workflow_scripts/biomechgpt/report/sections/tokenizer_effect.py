"""What a tokenizer does to the answers: of classifiers by what they see, of models by their tokens."""

from biomechgpt.report.page.blocks import Cell, Heading, Paragraph, TableBlock
from biomechgpt.report.page.wording import bounds, level, number
from biomechgpt.report.results import AnsweredTask, Results
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.run_settings import RunSettings

SEES_ANGLES = ("gait_features", "rocket")
SEES_TOKENS = ("histogram", "n_grams")


def classifiers_on_tokens(results: Results, settings: RunSettings) -> list:
    """The same kind of classifier on recorded angles, on decoded ones, and others on tokens."""
    baselines = settings.baselines
    inputs = {name: _input(baselines[name]) for name in results.simple}
    inputs = {name: kind for name, kind in inputs.items() if kind}
    if not any(baselines[name].tokenizer for name in inputs):
        return []
    rows = []
    for task in results.tasks:
        means = results.means_of(task, inputs)
        cells = (number(means[name].value) if name in means else "–" for name in inputs)
        rows.append([_head(task), *cells])
    head = ["question", *(Cell(name, kind) for name, kind in inputs.items())]
    caption = (
        "What a fixed classifier loses from joint angles to reconstructed angles to tokens: test figures "
        "of the simple methods by what they see. Macro F1, or mean absolute error."
    )
    return [
        Heading("What classifiers lose by the tokens"),
        TableBlock(caption, head, rows),
        Paragraph("Intervals of their differences stand under Paired comparisons."),
    ]


def _input(baseline: BaselineSettings) -> str:
    """What a baseline sees of the movement, "" where that is neither angles nor tokens."""
    if baseline.kind in SEES_TOKENS:
        return "tokens"
    if baseline.kind in SEES_ANGLES:
        return "decoded angles" if baseline.tokenizer else "joint angles"
    return ""


def models_by_tokenizer(results: Results, settings: RunSettings) -> list:
    """The fine-tuned models side by side where they read different tokens."""
    variants = settings.variants
    if len({variant.tokenizer for variant in variants.values()}) < 2:
        return []
    rows = [
        [
            Cell(variant.tokenizer, name),
            variant.base_model,
            *(_level(results, name, task) for task in results.tasks),
        ]
        for name, variant in variants.items()
    ]
    caption = (
        "Test figures of every fine-tuned model by its tokenizer: macro F1, or mean absolute error; mean "
        "over seeds, under it the 95 % interval over participants. Only models of the same base, "
        "tasks and adapter tell tokenizers apart."
    )
    head = ["tokenizer", "base", *map(_head, results.tasks)]
    return [
        Heading("What the tokenizer does to the models"),
        TableBlock(caption, head, rows, n_text=2),
    ]


def _head(task: AnsweredTask) -> Cell:
    return Cell(task.title, task.unit or "macro F1")


def _level(results: Results, variant: str, task: AnsweredTask) -> Cell | str:
    row = results.mean(variant, task.name, task.headline)
    if row is None:
        return "–"
    return Cell(level(task.headline, row.value), bounds(task.headline, row.low, row.high))
