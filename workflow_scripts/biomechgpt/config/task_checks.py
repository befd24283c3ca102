"""What types cannot say of the config's `tasks`: that keys fit the kind, and that options differ."""

from biomechgpt.questions.conditions import condition_errors
from biomechgpt.questions.tasks import PLACEHOLDERS, listed, options_of
from biomechgpt.settings.phrasing_settings import WrittenPhrasings
from biomechgpt.settings.tasks_section import Tasks, TaskSettings

ID_COLUMNS = ("cohort", "file", "participant_id", "split_group", "trial_id")
NEEDED = {"classification": ("options",), "regression": ("unit", "decimals")}


def check_tasks(tasks: Tasks) -> list[str]:
    """A sentence for each fault in `tasks`."""
    faults = [
        f"tasks.{name}{fault}"
        for name, task in tasks.items()
        for fault in [*_keys(task), *_columns(task), *_options(task), *_phrasings(task)]
    ]
    return faults + condition_errors(tasks)


def _keys(task: TaskSettings) -> list[str]:
    faults = [
        f".{key} is missing; a {task.kind} task needs it."
        for key in NEEDED[task.kind]
        if key not in task.model_fields_set
    ]
    low, high = task.plausible
    if low >= high:
        faults.append(f".plausible is [{low:g}, {high:g}]; the lower number comes first.")
    return faults


def _columns(task: TaskSettings) -> list[str]:
    named = (task.label, *(task.applies_to or {}), *task.contradicted_by)
    return [
        f" names {column}, which is no label column." for column in named if column in ID_COLUMNS
    ]


def _options(task: TaskSettings) -> list[str]:
    """Options are told apart without regard to case, since answers are read from free text."""
    options = [option.strip().lower() for option in task.options]
    twice = [option for option in dict.fromkeys(options) if options.count(option) > 1]
    both = [option for option in task.options if option in task.ignore]
    return [
        f".options holds {option} in two spellings; an answer would fit both." for option in twice
    ] + [f": {option} is in options and in ignore; take it out of one." for option in both]


def _phrasings(task: TaskSettings) -> list[str]:
    """Texts in the entry itself, as `questions.tasks` checks those of a file."""
    if not isinstance(task.phrasings, WrittenPhrasings):
        return []
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[task.kind])
    places: dict[str, str] = {}
    faults = []
    for side, texts in task.phrasings:
        for number, text in enumerate(texts):
            key, filled = f".phrasings.{side}[{number}]", _filled(text, task)
            if not filled:
                faults.append(
                    f"{key} is {text!r}; it must be text in which {known} alone stands in braces, and "
                    "braces that are meant as such are doubled."
                )
            elif filled in places:
                faults.append(f"{key} says what {places[filled]} says; each text may stand once.")
            places.setdefault(filled, key[1:])
    return faults


def _filled(text: str, task: TaskSettings) -> str:
    """`text` with options or unit filled in; empty where that cannot be done."""
    values = {"options": listed(options_of(task)), "unit": task.unit}
    try:
        return text.format(**{name: values[name] for name in PLACEHOLDERS[task.kind]}).strip()
    except (LookupError, AttributeError, ValueError):
        return ""
