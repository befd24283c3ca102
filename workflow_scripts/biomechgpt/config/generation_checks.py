"""What types cannot say of `generation_tasks` and `generators`: words that can be told apart, names."""

import string
from collections.abc import Iterator, Mapping

from biomechgpt.config.task_checks import ID_COLUMNS
from biomechgpt.settings.generation_tasks_section import GenerationTasks, GenerationTaskSettings
from biomechgpt.settings.generators_section import GeneratorSettings
from biomechgpt.settings.phrasing_settings import WrittenPhrasings
from biomechgpt.settings.variants_section import VariantSettings
from biomechgpt.spelling import nearest


def check_generation_tasks(tasks: GenerationTasks) -> list[str]:
    """A sentence for each fault in `generation_tasks`."""
    return [
        f"generation_tasks.{name}{fault}"
        for name, task in tasks.items()
        for fault in [*_conditions(task), *_seconds(task), *_prompts(task), *_ambiguities(task)]
    ]


def check_generating_variants(
    variants: Mapping[str, VariantSettings], tasks: GenerationTasks
) -> list[str]:
    """A sentence for each variant that cannot learn its generation task."""
    faults = []
    for name, variant in variants.items():
        key = f"variants.{name}.generation_task"
        if variant.generation_task is None:
            continue
        if variant.generation_task not in tasks:
            hint = nearest(variant.generation_task, tasks) or "."
            faults.append(
                f"{key} is {variant.generation_task}, which generation_tasks does not have{hint}"
            )
        if variant.motion != "discrete":
            faults.append(
                f"{key} is set, but its motion is {variant.motion}; only discrete can be."
            )
    return faults


def check_generators(
    variants: Mapping[str, VariantSettings], generators: Mapping[str, GeneratorSettings]
) -> list[str]:
    """A sentence for each generator whose variant makes no movements."""
    making = [name for name, variant in variants.items() if variant.generation_task]
    return [
        f"generators.{name}.variant is {generator.variant}, which is no variant with a generation_task; "
        f"those are: {', '.join(making) or 'none'}."
        for name, generator in generators.items()
        if generator.kind == "language_model" and generator.variant not in making
    ]


def _conditions(task: GenerationTaskSettings) -> Iterator[str]:
    for column, condition in task.condition_on.items():
        key = f".condition_on.{column}"
        if column in ID_COLUMNS:
            yield f"{key} is no label column."
        if bool(condition.options) == (condition.phrasings is not None):
            yield f"{key} needs options, where it is a class, or phrasings, where it is a number."
        if condition.phrasings is not None:
            yield from _holding(f"{key}.phrasings", condition.phrasings, "value")
        for option, words in condition.options.items():
            yield from _holding(f"{key}.options.{option}", words, None)


def _seconds(task: GenerationTaskSettings) -> Iterator[str]:
    if task.seconds.least > task.seconds.most:
        yield f".seconds.least is {task.seconds.least:g}; it must not be above most."
    yield from _holding(".seconds.phrasings", task.seconds.phrasings, "value")


def _prompts(task: GenerationTaskSettings) -> Iterator[str]:
    yield from _holding(".phrasings", task.phrasings, "description")
    yield from _holding(".questions", task.questions, None)


def _holding(key: str, texts: WrittenPhrasings, field: str | None) -> Iterator[str]:
    """A fault for each text in which something else than `field` alone stands in braces."""
    wanted = [] if field is None else [field]
    for side, of_side in texts:
        for number, text in enumerate(of_side):
            try:
                fields = [
                    name for _, name, *_ in string.Formatter().parse(text) if name is not None
                ]
            except ValueError:
                fields = ["?"]
            if fields != wanted:
                what = f"{{{field}}} once and nothing else" if field else "nothing"
                yield f"{key}.{side}[{number}] is {text!r}; it must hold {what} in braces."


def _ambiguities(task: GenerationTaskSettings) -> Iterator[str]:
    """A fault for each wording of a class or number that also says something else."""
    meanings: dict[str, str] = {}
    for key, texts in _said(task):
        for text in (*texts.train, *texts.held_out):
            other = meanings.setdefault(" ".join(text.lower().split()), key)
            if other != key:
                yield f"{key} says {text!r}, as {other[1:]} does; nobody could tell them apart."


def _said(task: GenerationTaskSettings) -> Iterator[tuple[str, WrittenPhrasings]]:
    for column, condition in task.condition_on.items():
        key = f".condition_on.{column}"
        if condition.phrasings is not None:
            yield f"{key}.phrasings", condition.phrasings
        for option, words in condition.options.items():
            yield f"{key}.options.{option}", words
    yield ".seconds.phrasings", task.seconds.phrasings
