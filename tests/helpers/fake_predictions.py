"""A made-up set of predictions in the shape of the contract: nine tasks, three models, three
seeds.
"""

import numpy as np
import pandas as pd

CLASSES = {
    "activity": ["overground walking", "tandem walking", "standing", "stairs", "timed up and go"],
    "impaired": ["yes", "no"],
    "diagnosis": ["lower limb prosthesis user", "stroke", "spinal cord injury", "brain injury"],
    "assistive_device": ["none", "cane", "crutches", "walker", "parallel bars"],
    "fall_history": ["yes", "no"],
}
NUMBERS = {
    "walking_speed": (1.1, 0.25),
    "cadence": (100, 14),
    "tug": (13, 5),
    "fsst": (14, 4),
}
PARTICIPANTS = {"diagnosis": 26, "fall_history": 12, "tug": 18, "fsst": 4}
SKILL = {"tiny-all": 0.8, "xgboost": 0.65, "chance": 0.0}


def make(
    n_participants: int = 40, seed: int = 0, seeds: tuple = (0, 1, 2), skills: dict = SKILL
) -> pd.DataFrame:
    """Predictions of all tasks and of the models in `skills`; every fortieth answer cannot be read."""
    rng = np.random.default_rng(seed)
    rows = []
    for task in (*CLASSES, *NUMBERS):
        for person in range(min(n_participants, PARTICIPANTS.get(task, n_participants))):
            truths = _truths(rng, task)
            for variant, skill in skills.items():
                hard = rng.normal(0, 0.12)
                rows += [
                    {**_key(person, i, task, variant, s), **_answer(rng, task, t, skill + hard)}
                    for i, t in enumerate(truths)
                    for s in seeds
                ]
    return pd.DataFrame(rows)


def folds(predictions: pd.DataFrame) -> pd.DataFrame:
    return predictions[["fold", "participant_id", "split"]].drop_duplicates(ignore_index=True)


def _truths(rng: np.random.Generator, task: str) -> list:
    n_trials = rng.integers(2, 8)
    if task in NUMBERS:
        mean, sd = NUMBERS[task]
        own = rng.normal(mean, sd)
        return list(np.round(own + rng.normal(0, sd / 3, n_trials), 2))
    options = CLASSES[task]
    shares = np.array([0.5 ** (i + 1) for i in range(len(options))])
    pick = rng.choice(options, n_trials, p=shares / shares.sum())
    return list(pick if task in ("activity", "assistive_device") else [pick[0]] * n_trials)


def _key(person: int, trial: int, task: str, variant: str, seed: int) -> dict:
    return {
        "fold": "holdout",
        "variant": variant,
        "seed": seed,
        "trial_id": f"P{person:03d}_{trial}",
        "task": task,
        "split": "test",
        "phrasing_id": f"{task}-held-{seed}",
        "participant_id": f"P{person:03d}",
        "voter": f"P{person:03d}",
        "kind": "regression" if task in NUMBERS else "classification",
        "phrasing_held_out": True,
    }


def _answer(rng: np.random.Generator, task: str, truth: object, skill: float) -> dict:
    lost = rng.random() < 1 / 40
    empty = {"truth": None, "truth_number": np.nan, "parsed": None, "number": np.nan}
    bounds = dict.fromkeys(("number_mean", "number_median", "number_low", "number_high"), np.nan)
    if task in NUMBERS:
        mean, sd = NUMBERS[task]
        guess = mean + skill * (truth - mean) + rng.normal(0, sd * 0.4)
        number = {"truth_number": float(truth), "number": np.nan if lost else float(guess)}
        text = {"truth": str(truth), "answer": "slow, I think" if lost else f"{guess:.2f}"}
        return {**empty, **bounds, **number, **text, "options": [], "probabilities": []}
    options = CLASSES[task]
    label = truth if rng.random() < skill else str(rng.choice(options))
    odds = rng.dirichlet(np.ones(len(options)))
    odds[options.index(label)] += 1
    read = {"truth": str(truth), "parsed": None if lost else str(label)}
    text = {"answer": "dancing" if lost else str(label)}
    spread = {"options": options, "probabilities": list(odds / odds.sum())}
    return {**empty, **bounds, **read, **text, **spread}
