"""Trials of simulated people, by activity, condition and impairment."""

from functools import cache

import numpy as np

from biomechgpt.simulation.people import draw_person
from biomechgpt.simulation.plan import Planned
from biomechgpt.simulation.simulated_trial import simulate_trial
from tests.helpers.paths import read_yaml

RATE_HZ = 30
IMPAIRMENTS = [None, "stroke", "lower limb prosthesis user", "spinal cord injury",
               "traumatic brain injury"]  # fmt: skip
ACTIVITIES = [
    ("tandem walking", "comfortable"),
    ("backward walking", "comfortable"),
    ("standing", "eyes closed"),
    ("sit to stand", "comfortable"),
    ("stairs", "up"),
    ("stairs", "down"),
    ("timed up and go", "comfortable"),
    ("L-test", "comfortable"),
    ("four square step test", "comfortable"),
    ("functional gait assessment", "obstacle"),
    ("functional gait assessment", "changing speed"),
    ("functional gait assessment", "pivot"),
    ("functional gait assessment", "head turns horizontal"),
]


@cache
def numbers() -> tuple[dict, dict]:
    names = ("normal_gait.yaml", "simulated_cohort.yaml")
    return tuple(read_yaml(f"resources/{name}") for name in names)


def person(seed: int, diagnosis: str | None = None):
    return draw_person(f"S{seed}", diagnosis, True, np.random.SeedSequence([11, seed]), *numbers())


@cache
def trial(activity: str, condition: str = "comfortable", seed: int = 0, diagnosis=None):
    who = person(seed, diagnosis)
    done = simulate_trial(who, Planned(activity, condition, who.device), *numbers(), RATE_HZ)
    return who, done
