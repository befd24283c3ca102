"""The conditions of tasks among one another: which task's answer tells whether another applies."""

from collections.abc import Mapping

Tasks = Mapping[str, Mapping]  # the config's `tasks`


def condition_errors(tasks: Tasks) -> list[str]:
    """What is wrong with `applies_to` of the config's `tasks`, a sentence each, with its key."""
    waiting = circle(tasks)
    sentences = []
    if waiting:
        sentences.append(
            f"tasks.{waiting[0]}.applies_to goes in a circle, {' -> '.join(waiting)}: none of them could "
            "be asked first, so take one condition out."
        )
    for name, cfg in tasks.items():
        for column, values in (cfg.get("applies_to") or {}).items():
            sentences += _values(f"tasks.{name}.applies_to.{column}", column, values, tasks)
    return sentences


def _values(key: str, column: str, values: list[str], tasks: Tasks) -> list[str]:
    """Values that no answer to the task of that label can be."""
    earlier = task_of_label(column, tasks)
    if earlier is None:
        return []
    options = tasks[earlier].get("options", [])
    known = {*options, *tasks[earlier].get("ignore", [])}
    return [
        f"{key} names {value}, which is no option of tasks.{earlier}; name some of these: "
        f"{', '.join(options)}."
        for value in values
        if value not in known
    ]


def task_of_label(column: str, tasks: Tasks) -> str | None:
    """The classification task whose label `column` is; None where there is none."""
    named = (
        name
        for name, cfg in tasks.items()
        if cfg["label"] == column and cfg["kind"] == "classification"
    )
    return next(named, None)


def earlier_tasks(task: str, tasks: Tasks) -> list[str]:
    """The tasks whose answers say whether `task` applies, the first of the chain first."""
    names: list[str] = []
    for column in tasks[task].get("applies_to") or {}:
        earlier = task_of_label(column, tasks)
        if earlier is not None:
            names += [*earlier_tasks(earlier, tasks), earlier]
    return list(dict.fromkeys(names))


def in_turn(tasks: Tasks) -> list[list[str]]:
    """The names of `tasks` in the order of asking: each group needs answers of groups before it."""
    depth: dict[str, int] = {}
    for name in tasks:
        for task in (*earlier_tasks(name, tasks), name):
            before = [depth[earlier] for earlier in earlier_tasks(task, tasks)]
            depth[task] = 1 + max(before, default=-1)
    return [
        [name for name in tasks if depth[name] == level] for level in sorted(set(depth.values()))
    ]


def circle(tasks: Tasks) -> list[str]:
    """Tasks whose conditions wait for one another, the first of them named twice; [] without."""
    for start in tasks:
        path = [start]
        if _leads_back(path, tasks):
            return path
    return []


def _leads_back(path: list[str], tasks: Tasks) -> bool:
    """Whether conditions lead from the end of `path` to its start; then `path` holds the way."""
    for column in tasks[path[-1]].get("applies_to") or {}:
        earlier = task_of_label(column, tasks)
        if earlier is None or earlier in path[1:]:
            continue
        path.append(earlier)
        if earlier == path[0] or _leads_back(path, tasks):
            return True
        path.pop()
    return False
