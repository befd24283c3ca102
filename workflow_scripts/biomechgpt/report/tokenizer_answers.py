"""What a tokenizer does to the answers: of classifiers by what they see, of models by their tokens."""

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import Cell, Heading, Table, Text, bounds, level, number
from biomechgpt.report.results import PRIMARY, Results

SEES_ANGLES = ("gait_features", "rocket")
SEES_TOKENS = ("histogram", "n_grams")


def classifiers_on_tokens(results: Results, config: dict) -> list:
    """The same kind of classifier on recorded angles, on decoded ones, and others on tokens."""
    kinds = config["baselines"]
    shown = [name for name in results.simple if _sees(kinds[name])]
    if not any("tokenizer" in kinds[name] for name in shown):
        return []
    rows = []
    for task in results.tasks.itertuples():
        metric = PRIMARY[task.kind]
        found = [results.mean(name, task.task, metric) for name in shown]
        unit = results.units.get(task.task, "macro F1")
        rows.append(
            [Cell(plain(task.task), unit), *("–" if f is None else number(f.value) for f in found)]
        )
    head = ["question", *(Cell(name, _sees(kinds[name])) for name in shown)]
    caption = (
        "What a fixed classifier loses from joint angles to reconstructed angles to tokens: test figures "
        "of the simple methods by what they see. Macro F1, or mean absolute error."
    )
    quiet = "Intervals of their differences stand under Paired comparisons."
    return [Heading("What classifiers lose by the tokens"), Table(caption, head, rows), Text(quiet)]


def _sees(baseline: dict) -> str:
    if baseline["kind"] in SEES_TOKENS:
        return "tokens"
    if baseline["kind"] in SEES_ANGLES:
        return "decoded angles" if "tokenizer" in baseline else "joint angles"
    return ""


def models_by_tokenizer(results: Results, config: dict) -> list:
    """The fine-tuned models side by side where they read different tokens."""
    variants = config["variants"]
    if len({variant["tokenizer"] for variant in variants.values()}) < 2:
        return []
    rows = [
        [Cell(variant["tokenizer"], name), variant["base_model"], *_levels(results, name)]
        for name, variant in variants.items()
    ]
    tasks = results.tasks.itertuples()
    head = ["tokenizer", "base"]
    head += [Cell(plain(task.task), results.units.get(task.task, "macro F1")) for task in tasks]
    caption = (
        "Test figures of every fine-tuned model by its tokenizer: macro F1, or mean absolute error; mean "
        "over seeds, under it the 95 % interval over participants. Only models of the same base, "
        "tasks and adapter tell tokenizers apart."
    )
    return [Heading("What the tokenizer does to the models"), Table(caption, head, rows, n_text=2)]


def _levels(results: Results, variant: str) -> list[Cell | str]:
    cells: list[Cell | str] = []
    for task in results.tasks.itertuples():
        metric = PRIMARY[task.kind]
        found = results.mean(variant, task.task, metric)
        if found is None:
            cells.append("–")
        else:
            cells.append(Cell(level(metric, found.value), bounds(metric, found.low, found.high)))
    return cells
