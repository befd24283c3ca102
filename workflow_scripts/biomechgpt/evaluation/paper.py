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

# task: mean and SD; None where the paper gives no SD
WEIGHTED_F1 = {
    "paper: Gemma 3 4B, all tasks": {
        "activity": (0.95, 0.02),
        "impaired": (0.88, 0.02),
        "diagnosis": (0.73, 0.01),
        "assistive_device": (0.76, 0.02),
        "fall_history": (0.83, 0.08),
    },
    "paper: Gemma 3 1B, all tasks": {
        "activity": (0.94, 0.01),
        "impaired": (0.88, 0.01),
        "diagnosis": (0.68, 0.07),
        "assistive_device": (0.72, 0.04),
        "fall_history": (0.72, 0.14),
    },
    "paper: XGBoost": {
        "activity": (0.91, None),
        "impaired": (0.86, None),
        "diagnosis": (0.68, None),
        "assistive_device": (0.69, None),
        "fall_history": (0.69, None),
    },
    "paper: chance": {
        "activity": (0.56, None),
        "impaired": (0.50, None),
        "diagnosis": (0.41, None),
        "assistive_device": (0.56, None),
        "fall_history": (0.50, None),
    },
}

PEARSON_R = {
    "paper: Gemma 3 4B, all tasks": {
        "walking_speed": (0.91, 0.00),
        "cadence": (0.92, 0.02),
        "tug": (0.68, 0.18),
        "fsst": (0.90, 0.02),
    },
    "paper: Gemma 3 1B, all tasks": {
        "walking_speed": (0.87, 0.03),
        "cadence": (0.84, 0.02),
        "tug": (0.73, 0.04),
        "fsst": (0.85, 0.03),
    },
}


def paper_tasks(tasks: Tasks) -> dict[str, str]:
    """By task of the config the task of the paper that it repeats, where it repeats any."""
    return {name: task.paper_task for name, task in tasks.items() if task.paper_task}
