"""Whether synthetic movements are what was asked for.

Numbers are measured by kinematics. Classes are read by ridge regression on MultiRocket-Hydra features
that learnt from recorded (or simulated) training people of the fold, and beside it stands how
often it reads test people right: a movement cannot be read better than that.
"""

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features
from biomechgpt.baselines.linear import predict
from biomechgpt.baselines.rocket_features import recorded_angles, rocket_features
from biomechgpt.baselines.task_examples import Examples
from biomechgpt.body.gait import MEASURED_UNITS, measure_gait
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.synthesis.synthetic_files import read_synthetic_trials

SYNTHETIC, REAL = "synthetic", "real test"
COLUMNS = ["trial_id", "condition", "movement", "kind", "expected", "read"]
DRAWS = 1000


def control(
    synthetic: Mapping[str, os.PathLike],
    joint_angles: Sequence[os.PathLike],
    conditions: pd.DataFrame,
    task: GenerationTaskSettings,
    frame_rate_hz: float,
) -> pd.DataFrame:
    """What was asked for and what is read, in `COLUMNS`: a row a condition of each movement.

    Args:
        synthetic: `joint_angles` and `trials` of synthetic movements (docs/contracts.md).
        joint_angles: Files of the cohort's joint angles.
        conditions: Those of the trials of the cohort.
        task: The generation task.
        frame_rate_hz: Of all movements.
    """
    made, trials = recorded_angles([synthetic["joint_angles"]]), synthetic["trials"]
    wanted = read_synthetic_trials(trials).set_index("trial_id")
    wanted = wanted.reindex(columns=list(task.condition_on))
    real = conditions[conditions["split"].isin(["train", "test"])].set_index("trial_id")
    recorded = {name: a for name, a in recorded_angles(joint_angles).items() if name in real.index}
    training = set(real.index[real["split"] == "train"])
    features = rocket_features(recorded | made, training) if made else None
    rows = []
    for column, settings in task.condition_on.items():
        if settings.phrasings is None and features is not None:
            rows += _read_classes(column, list(settings.options), wanted, real, features)
        elif column in MEASURED_UNITS:
            rows += _measured(column, wanted, made, frame_rate_hz)
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a condition: n, and r, slope and mean absolute error of numbers or the share read right.

    `low` and `high` hold r, or the share, in 95 % of bootstrap draws of the movements; `real_right` is
    the share of test people's movements whose class is read right.
    """
    result = []
    for (condition, kind), group in rows.groupby(["condition", "kind"], sort=False):
        made, real = (group[group["movement"] == movement] for movement in (SYNTHETIC, REAL))
        dtype, measure = (float, _correlation) if kind == "number" else (str, _right)
        expected, read = (made[name].to_numpy(dtype) for name in ("expected", "read"))
        low, high = _bootstrap(expected, read, measure)
        row = {"condition": condition, "n": len(made), "low": low, "high": high}
        if kind == "number":
            row |= {"r": measure(expected, read), "mae": np.abs(read - expected).mean()}
            row["slope"] = np.polyfit(expected, read, 1)[0] if np.ptp(expected) else np.nan
        else:
            real_right = _right(real["expected"].to_numpy(), real["read"].to_numpy())
            row |= {"right": measure(expected, read), "real_right": real_right}
        result.append(row)
    columns = ["condition", "n", "r", "slope", "mae", "right", "low", "high", "real_right"]
    return pd.DataFrame(result, columns=columns)


def rejected_share(trials: Sequence[os.PathLike], rejected: Sequence[os.PathLike]) -> float:
    """The share of all movements that were made which was rejected."""
    n_kept, n_rejected = (sum(len(pd.read_csv(p, sep="\t")) for p in t) for t in (trials, rejected))
    return n_rejected / max(1, n_kept + n_rejected)


def _read_classes(
    column: str,
    options: list[str],
    wanted: pd.DataFrame,
    real: pd.DataFrame,
    features: Features,
) -> list[tuple]:
    real = real[real[column].notna()]
    training, tested = (
        _examples(real[real["split"] == s], column, features) for s in ("train", "test")
    )
    known = [option for option in options if option in set(training.truth)]
    made = wanted[wanted[column].notna()].assign(participant_id="")
    if len(known) < 2:
        return []
    rows = []
    for movement, table, examples in (
        (SYNTHETIC, made, _examples(made, column, features)),
        (REAL, real[real["split"] == "test"], tested),
    ):
        if len(table):
            read, _ = predict(training, examples, known)
            names = zip(table.index, examples.truth, read, strict=True)
            rows += [(name, column, movement, "class", truth, str(r)) for name, truth, r in names]
    return rows


def _examples(table: pd.DataFrame, column: str, features: Features) -> Examples:
    places = features.trial_ids.get_indexer(table.index)
    people = table["participant_id"].to_numpy(str)
    return Examples(features.values[places], table[column].to_numpy(str), people)


def _measured(
    column: str, wanted: pd.DataFrame, made: Mapping[str, np.ndarray], frame_rate_hz: float
) -> list[tuple]:
    rows = []
    for name, expected in wanted[column].dropna().items():
        number = getattr(measure_gait(made[name], frame_rate_hz), column)
        rows.append((name, column, SYNTHETIC, "number", expected, f"{number:.4f}"))
    return rows


def _correlation(expected: np.ndarray, read: np.ndarray) -> float:
    """NaN where either is the same everywhere."""
    if len(read) < 3 or not np.ptp(expected) or not np.ptp(read):
        return np.nan
    return float(np.corrcoef(expected, read)[0, 1])


def _right(expected: np.ndarray, read: np.ndarray) -> float:
    return float((expected == read).mean()) if len(read) else np.nan


def _bootstrap(
    expected: np.ndarray, read: np.ndarray, measure: Callable[[np.ndarray, np.ndarray], float]
) -> tuple[float, float]:
    """Where 95 % of the draws of movements have `measure`."""
    if len(read) < 3:
        return np.nan, np.nan
    random = np.random.default_rng(0)
    draws = random.integers(0, len(read), (DRAWS, len(read)))
    low, high = np.nanquantile([measure(expected[d], read[d]) for d in draws], [0.025, 0.975])
    return float(low), float(high)
