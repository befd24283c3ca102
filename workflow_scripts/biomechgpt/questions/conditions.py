"""The conditions of tasks on each other: whose answer tells whether another task applies."""

from biomechgpt.settings.question_settings import Questions


def condition_errors(tasks: Questions) -> list[str]:
    """What is wrong with `applies_to` of `tasks`: one sentence for each fault, with its key."""
    way = circle(tasks)
    sentences = []
    if way:
        sentences.append(
            f"tasks.{way[0]}.applies_to goes in a circle, {' -> '.join(way)}: none of them could "
            "be asked first, so take one condition out."
        )
    for name, task in tasks.items():
        for column, values in (task.applies_to or {}).items():
            sentences += _impossible(f"tasks.{name}.applies_to.{column}", column, values, tasks)
    return sentences


def _impossible(key: str, column: str, values: list[str], tasks: Questions) -> list[str]:
    """A sentence for each value that the task with the label `column` can never have."""
    earlier = task_of_label(column, tasks)
    if earlier is None:
        return []
    options = tasks[earlier].options
    return [
        f"{key} names {value}, which is no option of tasks.{earlier}; name some of these: "
        f"{', '.join(options)}."
        for value in values
        if value not in (*options, *tasks[earlier].ignore)
    ]


def task_of_label(column: str, tasks: Questions) -> str | None:
    """The classification task whose label is `column`; None where there is none."""
    names = (
        name
        for name, task in tasks.items()
        if task.label == column and task.kind == "classification"
    )
    return next(names, None)


def earlier_tasks(task: str, tasks: Questions) -> list[str]:
    """The tasks whose answers tell whether `task` applies, in the order of asking."""
    names: list[str] = []
    for column in tasks[task].applies_to or {}:
        earlier = task_of_label(column, tasks)
        if earlier is not None:
            names += [*earlier_tasks(earlier, tasks), earlier]
    return list(dict.fromkeys(names))


def in_turn(tasks: Questions) -> list[list[str]]:
    """The names of `tasks` in the order of asking: each group needs answers of groups before it."""
    depth: dict[str, int] = {}
    for name in tasks:
        for task in (*earlier_tasks(name, tasks), name):
            before = [depth[earlier] for earlier in earlier_tasks(task, tasks)]
            depth[task] = 1 + max(before, default=-1)
    return [
        [name for name in tasks if depth[name] == level] for level in sorted(set(depth.values()))
    ]


def circle(tasks: Questions) -> list[str]:
    """Tasks whose conditions wait for each other, the first of them again at the end; else empty."""
    for start in tasks:
        way = [start]
        if _leads_back(way, tasks):
            return way
    return []


def _leads_back(way: list[str], tasks: Questions) -> bool:
    """Whether conditions lead from the last task of `way` to its first; then `way` holds them all."""
    for column in tasks[way[-1]].applies_to or {}:
        earlier = task_of_label(column, tasks)
        if earlier is None or earlier in way[1:]:
            continue
        way.append(earlier)
        if earlier == way[0] or _leads_back(way, tasks):
            return True
        way.pop()
    return False
