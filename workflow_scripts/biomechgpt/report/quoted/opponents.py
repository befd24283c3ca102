"""Whom the language model is compared with, and on how many questions it is better or worse."""

from collections.abc import Sequence

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.evaluation.intervals import T_TEST_PARTICIPANTS
from biomechgpt.report.quoted.roles import QuotedRun

WAYS = {
    "above": "is better on",
    "below": "is worse on",
    "not distinguishable": "cannot be told from it on",
    "not estimable": "cannot be compared with it on",
}
CHANCE = "chance, the better of learning other people's labels and always answering the same"
STRONGEST = "the strongest simple method of each question"


def comparison_list(run: QuotedRun) -> str:
    """A line for each opponent: on which questions the language model is better or worse."""
    lines = [_comparison(words, rows) for words, rows in opponents(run).items()]
    return "\n".join(filter(None, lines))


def short_comparison(run: QuotedRun) -> str:
    """A few lines for a reader in a hurry: against chance, the paper's ways, the strongest."""
    rows = opponents(run)
    chance, strongest = rows.pop(CHANCE), rows.pop(STRONGEST)
    paper_baseline, on_codes = list(rows.values())[:2]
    named = {"chance": chance, "the paper's baseline, XGBoost on token counts": paper_baseline}
    named["the same base fine-tuned on codes"] = on_codes
    named[STRONGEST] = strongest
    return "\n".join(filter(None, (_comparison(words, of) for words, of in named.items())))


def opponents(run: QuotedRun) -> dict[str, list]:
    """Whom the language model is compared with: in words, and their row of each task or None."""
    named = {
        "the paper's baseline, XGBoost on token counts": run.paper_baseline,
        "the same base fine-tuned on codes, as the paper does": run.on_codes,
        "the length of the trial alone": run.duration,
        "MultiRocket-Hydra on the angles that the tokens decode to": run.decoded,
    }
    rows = {
        f"{words} (`{name}`)": [run.row(task.task, name, task.metric) for task in run.tasks]
        for words, name in named.items()
    }
    rows[CHANCE] = [run.chance(task.task, task.metric) for task in run.tasks]
    rows[STRONGEST] = [run.strongest(task.task, task.metric) for task in run.tasks]
    return rows


def _comparison(opponent: str, rows: Sequence) -> str:
    """`rows` are those of the opponent, a row a task; nothing where it answers none."""
    rows = [row for row in rows if row is not None and row.verdict]
    return f"- Against {opponent}, the language model {tally(rows)}." if rows else ""


def tally(rows: Sequence) -> str:
    """On how many questions (rows with `task`, `verdict`) the language model is better or worse.

    The verdict of most questions comes first, with their number; the others are named.
    """
    groups = {way: [plain(row.task) for row in rows if row.verdict == way] for way in WAYS}
    groups = {way: names for way, names in groups.items() if names}
    most = max(groups, key=lambda way: len(groups[way]))
    if len(groups) == 1:
        every = {1: "the only question", 2: "both questions"}
        return f"{WAYS[most]} {every.get(len(rows), f'all {len(rows)} questions')}"
    parts = [f"{WAYS[most]} {len(groups[most])} of {len(rows)} questions"]
    parts += [f"{WAYS[way]} {listed(names)}" for way, names in groups.items() if way != most]
    return listed(parts)


def listed(words: Sequence[str]) -> str:
    """The words in a row, the last after "and"."""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def few_people_sentence(run: QuotedRun) -> str:
    """The questions on which few participants were tested."""
    few = [t for t in run.tasks if t.n_participants < T_TEST_PARTICIPANTS]
    if not few:
        return f"On each question {T_TEST_PARTICIPANTS} participants or more were tested."
    sizes = [f"{plain(task.task)} ({task.n_participants})" for task in few]
    return (
        f"Fewer than {T_TEST_PARTICIPANTS} participants were tested on {listed(sizes)}; there a "
        "t-test must agree before a method is called better or worse."
    )
