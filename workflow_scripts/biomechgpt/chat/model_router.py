"""The router of one model, and which movements a question is put to."""

from collections.abc import Mapping, Sequence

from biomechgpt.chat.route import COMPARE, NOT_ABOUT_MOVEMENT, Route
from biomechgpt.chat.router import AskableTask, Router
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.errors import InputError
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.questions.tasks import options_of

NO_SECOND = (
    "There is no second movement: pick one to compare with (--trial twice on the command line)."
)


def router_of_model(description: ModelDescription, words: Mapping, examples: Mapping) -> Router:
    """The router for what a model was trained on; the resources are chat_words and chat_questions."""
    tasks = {
        name: AskableTask(
            description.tasks[name].label,
            options_of(description.tasks[name]),
            description.phrasings.get(name, [text]),
        )
        for name, text in description.askable.items()
    }
    return Router(words, examples, tasks)


def movements_of(
    route: Route, movements: Sequence[ChatTrial]
) -> list[tuple[ChatTrial, ChatTrial | None]]:
    """The movements that a question is put to, each with the one that it is compared with.

    Raises:
        InputError: The question is about a second movement, and there is none.
    """
    first, second = (*movements, None)[:2]
    if route.intent in NOT_ABOUT_MOVEMENT:
        return [(first, None)]
    is_comparison = route.intent == COMPARE and route.task is None
    if second is None and (route.intent == COMPARE or route.trial not in ("", "this_trial")):
        raise InputError(NO_SECOND)
    if is_comparison:
        return [(first, second)]
    of_trial = {"this_trial": [first], "other_trial": [second]}
    return [(movement, None) for movement in of_trial.get(route.trial, movements)]
