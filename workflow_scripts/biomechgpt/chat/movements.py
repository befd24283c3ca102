"""Which movements a question is put to."""

from collections.abc import Sequence

from biomechgpt.chat.route import COMPARE, NOT_ABOUT_MOVEMENT, Route
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.errors import InputError

NO_SECOND = (
    "There is no second movement: pick one to compare with (--trial twice on the command line)."
)


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
