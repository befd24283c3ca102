"""Where the phrasings of each task come from, and whether its file can be used, before any job runs."""

from pathlib import Path

from biomechgpt.errors import InputError, collected
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.settings.phrasing_settings import WrittenPhrasings
from biomechgpt.settings.tasks_section import Tasks

FOLDER = "resources/phrasings"


def phrasing_files(tasks: Tasks) -> dict[str, str]:
    """The file of each task that has one; it may not be there where the config names it."""
    files = {}
    for name, task in tasks.items():
        if isinstance(task.phrasings, str):
            file = task.phrasings or f"{FOLDER}/{name}.yaml"
            if task.phrasings or Path(file).is_file():
                files[name] = file
    return files


def built_phrasings(tasks: Tasks) -> list[str]:
    """A sentence for each task that has neither a file nor phrasings of its own."""
    files = phrasing_files(tasks)
    return [
        f"tasks.{name} has neither phrasings nor a file {FOLDER}/{name}.yaml: its ways to ask are built "
        "from label, unit and options; write your own under phrasings (docs/tasks.md)."
        for name, task in tasks.items()
        if name not in files and not isinstance(task.phrasings, WrittenPhrasings)
    ]


def phrasing_faults(tasks: Tasks) -> list[str]:
    """A sentence for each task whose file of phrasings cannot be used."""
    faults = []
    for name, file in phrasing_files(tasks).items():
        of_task: list[InputError] = []
        with collected(of_task):
            read_tasks({name: tasks[name]}, {name: file})
        faults += [f"tasks.{name}.phrasings: {fault}" for fault in of_task]
    return faults


def check_phrasings(tasks: Tasks) -> None:
    """Check the files of phrasings of all tasks; those in the config are checked with it.

    Raises:
        InputError: Files cannot be used; a sentence for each task.
    """
    if faults := phrasing_faults(tasks):
        lines = "".join(f"\n  - {sentence}" for sentence in faults)
        raise InputError(f"The phrasings of {len(faults)} task(s) cannot be used:{lines}")
