"""How simulated walking differs from recorded walking, joint by joint and cause by cause.

    python -m benchmarks.simulated_against_real --recordings FOLDER --simulated results/cohorts/simulated

reads cohort folders (docs/cohort.md) as the workflow does and prints Markdown: for each joint what people
differ by, and how well a linear classifier tells a simulated trial from a recorded one by one kind of
feature alone, unimpaired people on both sides. Column `source` of the recordings' participants.tsv names
the collection that a person comes from; people of one source and one diagnosis are a group, and groups of
fewer than nine are left out. `--simulated NAME=FOLDER` may be repeated, to compare versions of the simulator.
"""

import argparse
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.tables import Cohort, read_cohort
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.recording import reading_with
from biomechgpt.recordings.trajectories import read_trajectories
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from tests.helpers.paths import ROOT, read_yaml

CONFIG = read_yaml("config.yaml")
WALKING = ("walking", "overground walking")
FEWEST_PEOPLE = 9
RESIDUAL_HZ = 6.0
SHORTEST_FRAMES = 32
FOLDS = 5
HEALTHY = "unimpaired"
LIMB = [name[:-2] for name in JOINT_NAMES if name.endswith("_r")]
SIDES = {s: [JOINT_NAMES.index(f"{joint}_{s}") for joint in LIMB] for s in "rl"}
MIDLINE = [name for name in JOINT_NAMES if not name.endswith(("_r", "_l"))]
MIDDLE = [JOINT_NAMES.index(name) for name in MIDLINE]
JOINTS = (*LIMB, *MIDLINE)


class Walks(NamedTuple):
    """Measures (N, 34) in degrees of N trials, NaN where not recorded."""

    people: np.ndarray  # (N,) str
    mean: np.ndarray
    amplitude: np.ndarray  # between the 2.5th and the 97.5th percentile
    residual: np.ndarray  # standard deviation above `RESIDUAL_HZ`


def main() -> None:
    args = _arguments()
    if not (args.recordings / "trials.tsv").is_file():
        sys.exit(f"skipped: {args.recordings} holds no trials.tsv (--recordings)")
    logging.disable(logging.INFO)
    warnings.simplefilter("ignore", RuntimeWarning)  # joints that nobody has
    groups = read_groups(args.recordings)
    healthy = {source: walks for (source, what), walks in groups.items() if what == HEALTHY}
    if len(healthy) < 2:
        sys.exit(
            f"skipped: {args.recordings} has unimpaired walkers of {len(healthy)} source(s) with "
            f"{FEWEST_PEOPLE} people or more; two are needed"
        )
    simulated = {}
    for entry in args.simulated:
        name, _, folder = entry.rpartition("=")
        ours = {what: walks for (_, what), walks in read_groups(Path(folder)).items()}
        simulated[name or "simulated"] = ours[HEALTHY]
    for (source, what), walks in groups.items():
        print(f"recorded: {source}, {what}, {len(set(walks.people))} people")
    for name, walks in simulated.items():
        print(f"{name}: {HEALTHY}, {len(set(walks.people))} people")
    for title, measure in SPREADS.items():
        _print_joints(title, measure, list(groups.values()), simulated)
    _print_aucs(healthy, simulated)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, required=True, help="cohort folder")
    parser.add_argument("--simulated", action="append", required=True, help="[NAME=]cohort folder")
    return parser.parse_args()


def read_groups(folder: Path) -> dict[tuple[str, str], Walks]:
    """Comfortable walking of the people of each (source, diagnosis or `HEALTHY`)."""
    cohort = read_cohort("cohort", folder)
    people = cohort.participants[cohort.participants["impaired"].notna()]
    source = people["source"] if "source" in people else pd.Series("simulated", people.index)
    what = people["diagnosis"].where(people["impaired"] == "yes", HEALTHY)
    group_of = dict(zip(people["participant_id"], zip(source, what, strict=True), strict=True))
    trials = cohort.trials[
        cohort.trials["activity"].isin(WALKING) & cohort.trials["participant_id"].isin(group_of)
    ]
    if "condition" in trials:
        trials = trials[trials["condition"] == "comfortable"]
    measured: dict[tuple[str, str], list[tuple]] = {}
    for info, angles_rad in _joint_angles(cohort._replace(trials=trials)):
        person = info["participant_id"]
        if len(angles_rad) >= SHORTEST_FRAMES:
            row = (person, *_measures(np.degrees(angles_rad.astype(float))))
            measured.setdefault(group_of[person], []).append(row)
    walks = {key: Walks(*map(np.array, zip(*rows, strict=True))) for key, rows in measured.items()}
    return {key: w for key, w in walks.items() if len(set(w.people)) >= FEWEST_PEOPLE}


def _joint_angles(cohort: Cohort) -> list[tuple[dict, np.ndarray]]:
    maps = (ROOT / "resources/coordinate_maps").glob("*.yaml")
    reading = reading_with(maps, IngestSettings.model_validate(CONFIG["ingest"]))
    settings = MotionSettings.model_validate(CONFIG["motion"])
    read = read_trajectories(motion_files([cohort], reading), reading)
    trials = [strip(outcome, settings).trial for outcome in read]
    return [(trial.info, trial.frames) for trial in trials if trial is not None]


def _measures(angles_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, amplitude and residual (34,) of a trial (T, 34); NaN where a joint does not move."""
    sections = butter(4, RESIDUAL_HZ, "high", fs=CONFIG["motion"]["frame_rate_hz"], output="sos")
    low, high = np.percentile(angles_deg, [2.5, 97.5], axis=0)
    residual = sosfiltfilt(sections, angles_deg, axis=0).std(axis=0)
    moves = angles_deg.std(axis=0) > 1e-3
    return tuple(
        np.where(moves, m, np.nan) for m in (angles_deg.mean(axis=0), high - low, residual)
    )


def by_person(walks: Walks, values: np.ndarray) -> np.ndarray:
    """Means (P, ...) of a measure (N, ...) over each person's trials."""
    return pd.DataFrame(values).groupby(walks.people).mean().to_numpy()


def both_sides(values: np.ndarray) -> np.ndarray:
    """Mean of right and left of each limb joint, then the midline (N, joints)."""
    limbs = (values[:, SIDES["r"]] + values[:, SIDES["l"]]) / 2
    return np.concatenate([limbs, values[:, MIDDLE]], axis=1)


def difference(values: np.ndarray) -> np.ndarray:
    """Absolute difference between the sides of each limb joint (N, limb joints)."""
    return np.abs(values[:, SIDES["r"]] - values[:, SIDES["l"]])


def _spread(walks: Walks, values: np.ndarray) -> np.ndarray:
    return np.nanstd(by_person(walks, both_sides(values)), axis=0, ddof=1)


def _between_sides(walks: Walks, values: np.ndarray) -> np.ndarray:
    return np.nanmedian(difference(by_person(walks, values)), axis=0)


SPREADS: dict[str, Callable[[Walks], np.ndarray]] = {
    "Mean angle, SD between people": lambda w: _spread(w, w.mean),
    "Amplitude, mean": lambda w: np.nanmean(by_person(w, both_sides(w.amplitude)), axis=0),
    "Amplitude, SD between people": lambda w: _spread(w, w.amplitude),
    "Mean angle, median difference between the sides": lambda w: _between_sides(w, w.mean),
    "Amplitude, median difference between the sides": lambda w: _between_sides(w, w.amplitude),
    f"SD above {RESIDUAL_HZ:g} Hz, median": lambda w: np.nanmedian(both_sides(w.residual), axis=0),
}
FEATURES: dict[str, Callable[[Walks], np.ndarray]] = {
    "means": lambda w: both_sides(w.mean),
    "amplitudes": lambda w: np.log(both_sides(w.amplitude)),
    f"noise (above {RESIDUAL_HZ:g} Hz)": lambda w: np.log(both_sides(w.residual)),
    "left against right": lambda w: np.concatenate(
        [difference(w.mean), difference(np.log(w.amplitude))], axis=1
    ),
}


def _print_joints(
    title: str, measure: Callable, groups: list[Walks], simulated: dict[str, Walks]
) -> None:
    recorded = np.array([measure(walks) for walks in groups])
    columns = [measure(walks) for walks in simulated.values()]
    print(f"\n| {title} (degrees) | recorded | {' | '.join(simulated)} |")
    print("|---|---|" + "---|" * len(columns))
    for joint, values, *ours in zip(JOINTS, recorded.T, *columns, strict=False):
        if known := sorted(value for value in values if np.isfinite(value)):
            cells = " | ".join(f"{value:.2f}" for value in ours)
            print(f"| {joint} | {known[0]:.2f}-{known[-1]:.2f} | {cells} |")


def _print_aucs(sources: dict[str, Walks], simulated: dict[str, Walks]) -> None:
    recorded = Walks(*map(np.concatenate, zip(*sources.values(), strict=True)))
    first, second = sorted(sources.values(), key=lambda w: len(w.people))[-2:]
    pairs = {name: (recorded, walks) for name, walks in simulated.items()}
    pairs["one recorded source from another"] = (first, second)
    print(f"\n| AUC of a linear classifier by | {' | '.join(pairs)} |")
    print("|---|" + "---|" * len(pairs))
    together = lambda w: np.concatenate([take(w) for take in FEATURES.values()], axis=1)  # noqa: E731
    for name, features in (FEATURES | {"all of these": together}).items():
        print(
            f"| {name} | {' | '.join(f'{auc(*pair, features):.3f}' for pair in pairs.values())} |"
        )


def auc(some: Walks, others: Walks, features: Callable[[Walks], np.ndarray]) -> float:
    """Area under the ROC curve of telling trials apart, each person in one fold.

    Features that a trial lacks or that do not vary are left out.
    """
    values = np.concatenate([features(some), features(others)])
    values = values[:, np.isfinite(values).all(axis=0)]
    truth = np.repeat([0, 1], [len(some.people), len(others.people)])
    people = np.concatenate([some.people, others.people])
    model = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000)
    )
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(
        model, values, truth, groups=people, cv=folds, method="decision_function"
    )
    return float(roc_auc_score(truth, scores))


if __name__ == "__main__":
    main()
