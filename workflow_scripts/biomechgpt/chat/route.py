"""What a question wants, and of what."""

from typing import NamedTuple

VALUE, WHY, NORMAL, COMPARE, SURE = "value", "why", "normal", "compare", "sure"
VARIABILITY, UNUSUAL, OVERVIEW, HELP = "variability", "unusual", "overview", "help"
SMALL_TALK, LANGUAGE, OUTSIDE = "small talk", "language", "outside"
OF_AN_ANSWER = (VALUE, WHY, SURE, COMPARE)  # where a task is meant, the model is asked
NOT_ABOUT_MOVEMENT = (SMALL_TALK, LANGUAGE, OUTSIDE, HELP)
OTHER_SIDE = {"left": "right", "right": "left"}


class Route(NamedTuple):
    """What a question wants, and of what."""

    intent: str  # one of the constants above
    task: str | None = None
    option: str = ""  # of the task, where the question names a single one
    quantities: tuple[str, ...] = ()  # keys of the measured record
    side: str = ""  # left | right, empty for both
    trial: str = ""  # this_trial | other_trial | both_trials, empty where the question names none
    reply: str = ""  # what is said to small talk, another language and what is not answered
    task_probability: float = 0.0  # that the question means the nearest task
