"""How unlike the movements of its own people a movement is to a motion tokenizer.

Two measures, both on recorded joints alone: how far posture, range and speed of the joints lie from
those of training trials (Mahalanobis distance), and how badly the tokens reconstruct the angles. Each
is divided by its 95 % quantile over validation people, the error by that of as many missing joints;
the larger one counts. docs/log.md compares them with distances of the latents.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import load_file, save_file
from sklearn.covariance import ledoit_wolf

from biomechgpt.body.frames import Trial
from biomechgpt.tokenizer.coding import decode_trial, encode_trial
from biomechgpt.tokenizer.statistics import Statistics, normalise
from biomechgpt.tokenizer.storage import StoredTokenizer

FILE = "strangeness.safetensors"
BELOW = 0.95  # share of validation people's trials, each person weighing the same, below the limit
SPREAD_FLOOR = 0.05  # of a joint's own spread; a joint at rest must not look infinitely strange
SPEED_FLOOR = 0.2  # of a joint's own spread, a second
SHRINKAGE = 0.05  # of correlations, at least: few trials would leave them singular
HIDDEN = (0.0, 0.25, 0.5, 0.75)  # shares of joints that are hidden from validation trials


class Familiar(NamedTuple):
    """What training and validation people of a tokenizer move like; F features, see `_features`."""

    mean: np.ndarray  # (F,), NaN where no training trial has the joint
    spread: np.ndarray  # (F,) standard deviation over training trials
    correlation: np.ndarray  # (F, F), shrunk (Ledoit and Wolf 2004)
    usual_distance: np.ndarray  # () 95 % quantile over validation people
    usual_error: np.ndarray  # (H,) the same, for each share of `HIDDEN` joints
    missing: np.ndarray  # (H,) mean share of joints that are missing then, ascending
    limit: np.ndarray  # () 95 % quantile of the larger of the two ratios
    n_people: np.ndarray  # () validation people behind the quantiles


class Strangeness(NamedTuple):
    """Of one movement. `ratio` is 1 at the limit that 95 % of validation people's trials keep."""

    ratio: float
    unrecorded_joints: int  # of those that move in training
    n_people: int  # validation people behind the limit

    @property
    def familiar(self) -> bool:
        """Whether the movement is like those of the people that sets were calibrated on."""
        return self.ratio <= 1


def fit_familiar(
    tokenizer: StoredTokenizer, train: Iterable[Trial], validation: Sequence[Trial]
) -> Familiar:
    """Features of training trials, limits of validation trials."""
    seen = np.array([_features(trial.frames, tokenizer) for trial in train])
    known = ~np.isnan(seen)
    counts = known.sum(axis=0)
    mean = np.where(counts, np.nansum(seen, axis=0) / np.maximum(counts, 1), np.nan)
    variance = np.nansum(np.square(seen - mean), axis=0) / np.maximum(counts, 1)
    spread = np.maximum(np.sqrt(variance), SPREAD_FLOOR)
    covariance, _ = ledoit_wolf(np.nan_to_num((seen - mean) / spread), assume_centered=True)
    # A joint that half of the trials lack would otherwise seem to vary half as much.
    deviation = np.sqrt(np.diag(covariance).clip(1e-6))
    correlation = (1 - SHRINKAGE) * covariance / np.outer(deviation, deviation)
    np.fill_diagonal(correlation, 1.0)
    return _limits(mean, spread, correlation, tokenizer, validation)


def _limits(
    mean: np.ndarray,
    spread: np.ndarray,
    correlation: np.ndarray,
    tokenizer: StoredTokenizer,
    trials: Sequence[Trial],
) -> Familiar:
    people = [trial.info["participant_id"] for trial in trials]
    distances = np.array(
        [_distance(t.frames, tokenizer, mean, spread, correlation) for t in trials]
    )
    hidden = [_errors_with_hidden_joints(trials, tokenizer, share) for share in HIDDEN]
    errors, missing = np.moveaxis(np.array(hidden), -1, 0)  # each (H, N)
    usual_distance = _quantile(distances, people)
    usual_error = np.array([_quantile(row, people) for row in errors])
    larger = np.maximum(distances / usual_distance, errors[0] / usual_error[0])
    return Familiar(
        *(mean, spread, correlation, np.array(usual_distance), usual_error),
        *(missing.mean(axis=1), np.array(_quantile(larger, people))),
        np.array(float(len(set(people)))),
    )


def _errors_with_hidden_joints(
    trials: Sequence[Trial], tokenizer: StoredTokenizer, share: float
) -> list[tuple[float, float]]:
    """Of each trial the reconstruction error without a random `share` of joints, and what is missing."""
    live = np.flatnonzero(tokenizer.statistics.live)
    random = np.random.default_rng(0)
    measures = []
    for trial in trials:
        shown = trial.frames.copy()
        shown[:, random.choice(live, round(share * len(live)), replace=False)] = np.nan
        measures.append(
            (_reconstruction_error(shown, tokenizer), _missing(shown, tokenizer).mean())
        )
    return measures


def _quantile(values: np.ndarray, people: Sequence[str]) -> float:
    """The `BELOW` quantile of values (N,) of which each person's weigh as much as another's.

    It is a divisor, and no measure of a movement is zero but by accident.
    """
    _, person, counts = np.unique(people, return_inverse=True, return_counts=True)
    order = np.argsort(values)
    reached = np.cumsum(1 / counts[person[order]]) / len(counts)
    place = np.searchsorted(reached, BELOW).clip(max=len(values) - 1)
    return max(float(values[order][place]), 1e-6)


def strangeness(
    angles_rad: np.ndarray, tokenizer: StoredTokenizer, familiar: Familiar
) -> Strangeness:
    """How strange joint angles (T, 34) in rad are, NaN where a joint is not recorded."""
    distance = _distance(
        angles_rad, tokenizer, familiar.mean, familiar.spread, familiar.correlation
    )
    missing = _missing(angles_rad, tokenizer)
    usual_error = np.interp(missing.mean(), familiar.missing, familiar.usual_error)
    error = _reconstruction_error(angles_rad, tokenizer)
    ratio = max(distance / familiar.usual_distance, error / usual_error) / familiar.limit
    return Strangeness(float(ratio), int(missing.sum()), int(familiar.n_people))


def _missing(angles_rad: np.ndarray, tokenizer: StoredTokenizer) -> np.ndarray:
    """Which of the joints that move in training are not recorded (J',) bool."""
    return np.isnan(angles_rad[:, tokenizer.statistics.live]).all(axis=0)


def _distance(
    angles_rad: np.ndarray,
    tokenizer: StoredTokenizer,
    mean: np.ndarray,
    spread: np.ndarray,
    correlation: np.ndarray,
) -> float:
    """Of the features from those of training, in spreads, over the recorded joints."""
    away = (_features(angles_rad, tokenizer) - mean) / spread
    known = np.flatnonzero(~np.isnan(away))
    explained = np.linalg.solve(correlation[np.ix_(known, known)], away[known])
    return float(np.sqrt(away[known] @ explained / max(len(known), 1)))


def _features(angles_rad: np.ndarray, tokenizer: StoredTokenizer) -> np.ndarray:
    """Of each joint mean, log spread and log speed (3 * 34,), in spreads of the training frames.

    NaN where a joint is not recorded or does not move in training.
    """
    statistics = tokenizer.statistics
    scaled = (angles_rad.astype(np.float64) - statistics.mean_rad) / statistics.std_rad
    scaled[:, ~statistics.live] = np.nan
    speed = np.sqrt(np.square(np.diff(scaled, axis=0)).mean(axis=0)) * tokenizer.frame_rate_hz
    spread = scaled.std(axis=0)
    logs = np.log(spread + SPREAD_FLOOR), np.log(speed + SPEED_FLOOR)
    return np.concatenate([scaled.mean(axis=0), *logs])


def _reconstruction_error(angles_rad: np.ndarray, tokenizer: StoredTokenizer) -> float:
    """Root mean square over the recorded joints that move in training."""
    made = decode_trial(tokenizer, encode_trial(tokenizer, angles_rad))[: len(angles_rad)]
    original = angles_rad[: len(made)]
    seen = ~np.isnan(original).any(axis=0) & tokenizer.statistics.live
    error = _normalised(original, tokenizer.statistics) - _normalised(made, tokenizer.statistics)
    return float(np.sqrt(np.square(error[:, seen]).mean())) if seen.any() else 0.0


def _normalised(angles_rad: np.ndarray, statistics: Statistics) -> np.ndarray:
    return normalise(angles_rad, statistics).astype(np.float64)


def save_familiar(folder: Path, familiar: Familiar) -> None:
    """Write `FILE` to a tokenizer folder."""
    arrays = {name: np.asarray(value, np.float64) for name, value in familiar._asdict().items()}
    save_file(arrays, folder / FILE)


def load_familiar(folder: Path) -> Familiar | None:
    """What `save_familiar` wrote; None for a tokenizer without validation people."""
    path = Path(folder, FILE)
    return Familiar(**load_file(path)) if path.exists() else None
