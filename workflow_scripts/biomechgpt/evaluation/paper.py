"""What BiomechGPT reports (arXiv 2505.18465v1), as reference rows: another cohort, other people.

Tables 1 to 3: weighted F1 or Pearson r, mean and SD over three runs, and the sizes of its test set.
Its tasks have our names for them here; `paper_task` of the config says which task repeats which.
"""

from biomechgpt.settings.tasks_section import Tasks

COHORT = "another cohort"

# task: participants and trials tested
TEST_SIZE = {
    "activity": (41, 401),
    "impaired": (38, 388),
    "diagnosis": (20, 204),
    "assistive_device": (40, 389),
    "fall_history": (2, 33),
    "walking_speed": (11, 79),
    "cadence": (11, 79),
    "tug": (8, 18),
    "fsst": (5, 7),
}

# A row a model; of each task mean and SD, None where the paper gives no SD.
_CLASSES = ("activity", "impaired", "diagnosis", "assistive_device", "fall_history")
_NUMBERS = ("walking_speed", "cadence", "tug", "fsst")
_F1 = {
    "Gemma 3 4B, all tasks": ((0.95, 0.02), (0.88, 0.02), (0.73, 0.01), (0.76, 0.02), (0.83, 0.08)),
    "Gemma 3 1B, all tasks": ((0.94, 0.01), (0.88, 0.01), (0.68, 0.07), (0.72, 0.04), (0.72, 0.14)),
    "XGBoost": ((0.91, None), (0.86, None), (0.68, None), (0.69, None), (0.69, None)),
    "chance": ((0.56, None), (0.50, None), (0.41, None), (0.56, None), (0.50, None)),
}
_R = {
    "Gemma 3 4B, all tasks": ((0.91, 0.00), (0.92, 0.02), (0.68, 0.18), (0.90, 0.02)),
    "Gemma 3 1B, all tasks": ((0.87, 0.03), (0.84, 0.02), (0.73, 0.04), (0.85, 0.03)),
}
WEIGHTED_F1, PEARSON_R = (
    {f"paper: {model}": dict(zip(tasks, cells, strict=True)) for model, cells in table.items()}
    for tasks, table in ((_CLASSES, _F1), (_NUMBERS, _R))
)


def paper_tasks(tasks: Tasks) -> dict[str, str]:
    """By task of the config the task of the paper that it repeats, where it repeats any."""
    return {name: task.paper_task for name, task in tasks.items() if task.paper_task}
