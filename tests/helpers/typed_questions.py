"""Questions as people type them (tests/chat/typed_questions.yaml), and how the router reads them."""

from collections import Counter

from biomechgpt.chat.route import LANGUAGE, NOT_ABOUT_MOVEMENT, OUTSIDE, SMALL_TALK, Route
from biomechgpt.chat.router import AskableTask, Router
from biomechgpt.questions.tasks import options_of, read_tasks
from biomechgpt.settings.tasks_section import task_settings
from tests.helpers.paths import ROOT, read_yaml

RIGHT, REFUSED, WRONG, ANSWERED = "right", "refused", "wrong", "answered as if in scope"
MOST_BESIDES = 3  # quantities that may be answered besides the one that was wanted


def shipped_router() -> Router:
    """The router of a model that was trained on all tasks of the shipped config."""
    settings = task_settings(read_yaml("config.yaml")["tasks"])
    files = {name: ROOT / f"resources/phrasings/{name}.yaml" for name in settings}
    tasks = {
        task.name: AskableTask(
            task.settings.label, options_of(task.settings), [p.text for p in task.train]
        )
        for task in read_tasks(settings, files)
    }
    words, examples = (read_yaml(f"resources/chat_{name}.yaml") for name in ("words", "questions"))
    return Router(words, examples, tasks)


def after(router: Router, questions: list[str]) -> Route | None:
    """The route of the last of several questions, each of which may refer to the one before."""
    before = None
    for question in questions:
        before = router.route(question, before)
    return before


def verdicts(router: Router, half: dict) -> tuple[dict[str, str], dict[str, str]]:
    """By question inside and outside how it was read."""
    inside = {
        " / ".join([*entry.get("after", []), entry["ask"]]): _verdict(router, entry)
        for entry in half["inside"]
    }
    return inside, {text: _refused(router.route(text)) for text in half["outside"]}


def _verdict(router: Router, entry: dict) -> str:
    route = after(router, [*entry.get("after", []), entry["ask"]])
    if route.intent == OUTSIDE:
        return REFUSED
    if entry["wants"] in (SMALL_TALK, LANGUAGE):
        return RIGHT if route.intent == entry["wants"] else WRONG
    wanted = set(entry["wants"].split())
    read = {route.intent, *filter(None, (route.task, *route.quantities, route.side, route.trial))}
    besides = read - wanted
    is_right = wanted <= read and besides <= set(route.quantities) and len(besides) <= MOST_BESIDES
    return RIGHT if is_right else WRONG


def _refused(route: Route) -> str:
    return REFUSED if route.intent in NOT_ABOUT_MOVEMENT else ANSWERED


def counts(router: Router, half: dict) -> tuple[Counter, Counter]:
    """How many questions inside and outside were read how."""
    inside, outside = verdicts(router, half)
    return Counter(inside.values()), Counter(outside.values())
