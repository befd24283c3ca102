"""Who is train, validation and test: participants, never trials.

Participants that share a `split_group` or a recording of equal content (`angles_sha256`) could be
one person; they are joined into one unit first and stay together. Units are spread over the sides
by iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011) of the label columns named.
"""

import logging
from collections.abc import Iterable

import pandas as pd

from biomechgpt.cohort.tables import Cohort, trial_labels
from biomechgpt.errors import InputError
from biomechgpt.settings.cohorts_section import CohortSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.spelling import ALIKE, nearest
from biomechgpt.splits.folds_file import COLUMNS
from biomechgpt.splits.own_folds import read_own_folds, read_table
from biomechgpt.splits.stratification import Unit, stratify

log = logging.getLogger(__name__)
COLUMNS_READ = ["trial_id", "participant_id", "cohort", "split_group", "angles_sha256"]


def assign_folds(
    trials: pd.DataFrame, labels: pd.DataFrame, roles: dict[str, str], settings: SplitSettings
) -> pd.DataFrame:
    """Divide the participants of the accepted trials into training, validation and test.

    `trials`: trial_id, participant_id, cohort, split_group, angles_sha256. `labels`: trial_id,
    participant_id and the columns of `stratify_by`. `roles`: cohort -> both, train or test.
    A fold is named
    `holdout`, `fold-0` ... or as in the user's file. Participants of a test cohort are test in every
    fold.

    Returns:
        fold, participant_id and split, sorted.

    Raises:
        InputError: There are too few participants, or the user's file does not fit.
    """
    units = make_units(trials, labels, roles, settings.stratify_by)
    if settings.scheme == "file":
        role_of = {person: unit.role for unit in units for person in unit.participants}
        folds = read_own_folds(settings.file, role_of, set(labels["participant_id"]))
    else:
        folds = _frame(_folds_of_units(units, settings))
    check_folds(folds, trials)
    return folds


def fold_names(settings: SplitSettings) -> list[str] | None:
    """The folds of a scheme; None where only the data can tell."""
    match settings.scheme:
        case "holdout":
            return ["holdout"]
        case "kfold":
            return [f"fold-{index}" for index in range(settings.folds)]
        case "file":
            return list(dict.fromkeys(read_table(settings.file)["fold"]))
    return None


def check_enough_people(
    recorded: list[Cohort], entries: list[CohortSettings], n_simulated: int, settings: SplitSettings
) -> None:
    """Check, from the tables alone, that there are enough people for the split.

    Of `entries`, the config's `cohorts`, `recorded` are those with tables; each other cohort will
    have `n_simulated` people. A split_group counts as one person.

    Raises:
        InputError: There are too few.
    """
    n_people = {entry.name: n_simulated for entry in entries}
    for cohort in recorded:
        n_people[cohort.name] = trial_labels([cohort])["split_group"].nunique()
    tested = sum(n_people[entry.name] for entry in entries if entry.role == "both")
    if settings.scheme == "kfold" and tested < settings.folds:
        raise InputError(
            f"split.folds is {settings.folds}, but the cohorts of role both have trials of {tested} "
            f"people (a split_group counts as one): set split.folds to {tested} at most, or choose "
            "another split.scheme."
        )
    if settings.scheme != "file" and sum(n_people.values()) < 3:
        raise InputError(
            f"The cohorts have trials of {sum(n_people.values())} people (a split_group counts as one); "
            "training, validation and test need one each: add participants."
        )


def check_folds(folds: pd.DataFrame, trials: pd.DataFrame) -> None:
    """Check that nobody who could be the same person is on two sides of a fold.

    Raises:
        InputError: In some fold a participant of `trials` has not exactly one split, participants
            with the same `split_group` or `angles_sha256` differ in theirs, or train or test is empty.
    """
    people = set(trials["participant_id"])
    for fold, rows in folds.groupby("fold"):
        split_of = rows.set_index("participant_id")["split"]
        if split_of.index.has_duplicates or set(split_of.index) != people:
            raise InputError(f"Fold {fold}: not every participant stands there exactly once.")
        if not {"train", "test"} <= set(split_of):
            raise InputError(f"Fold {fold}: train or test has no participant.")
        sides = trials["participant_id"].map(split_of)
        for column in ("split_group", "angles_sha256"):
            spread = sides.groupby(trials[column]).agg(lambda side: side.nunique() > 1)
            for value in spread.index[spread]:
                who = sorted(set(trials.loc[trials[column] == value, "participant_id"]))
                raise InputError(
                    f"Fold {fold}: {', '.join(who)} share {column} {value} and could be one "
                    "person, but stand on different sides. Put them on one side."
                )


def make_units(
    trials: pd.DataFrame, labels: pd.DataFrame, roles: dict[str, str], stratify_by: list[str]
) -> list[Unit]:
    """Join participants that could be the same person, ordered by the first of each unit."""
    carried = _labels_of_participants(
        labels[labels["trial_id"].isin(trials["trial_id"])], stratify_by
    )
    role_of = trials.groupby("participant_id")["cohort"].agg(lambda c: roles[c.iloc[0]]).to_dict()
    units, components = [], _joined(trials)
    n_joined = sum(len(members) for members in components if len(members) > 1)
    log.info("%d participants share a split_group or a recording and stay together", n_joined)
    for members in components:
        its_roles = {role_of[member] for member in members}
        if {"train", "test"} <= its_roles:
            raise InputError(
                f"{', '.join(members)} share a split_group or a recording and could be one person, "
                "but belong to a cohort with role train and one with role test."
            )
        role = "both" if its_roles == {"both"} else (its_roles - {"both"}).pop()
        units.append(Unit(members, role, frozenset().union(*(carried.get(m, ()) for m in members))))
    return units


def _joined(trials: pd.DataFrame) -> list[tuple[str, ...]]:
    """Connected components of participants over shared split groups and equal recordings."""
    parent = {person: person for person in trials["participant_id"]}

    def root(person: str) -> str:
        while parent[person] != person:
            parent[person] = parent[parent[person]]
            person = parent[person]
        return person

    for column in ("split_group", "angles_sha256"):
        for _, people in trials.groupby(column)["participant_id"]:
            for person in people:
                parent[root(person)] = root(people.iloc[0])
    components: dict[str, list[str]] = {}
    for person in sorted(parent):
        components.setdefault(root(person), []).append(person)
    return sorted(map(tuple, components.values()))


def _labels_of_participants(
    labels: pd.DataFrame, stratify_by: list[str]
) -> dict[str, set[tuple[int, str]]]:
    """The (column rank, value) of each participant; numbers count as labelled or not."""
    carried: dict[str, set[tuple[int, str]]] = {}
    for rank, column in enumerate(stratify_by):
        if column not in labels:
            near = nearest(column, labels.columns, ALIKE)
            log.warning("split.stratify_by names %s, which no table has%s; left out", column, near)
            continue
        rows = labels[["participant_id", column]].dropna()
        if pd.to_numeric(rows[column], errors="coerce").notna().all():
            rows = rows.assign(**{column: "labelled"})
        for person, value in zip(rows["participant_id"], rows[column], strict=True):
            carried.setdefault(person, set()).add((rank, value))
    return carried


def _folds_of_units(units: list[Unit], settings: SplitSettings) -> dict[str, dict[str, list[Unit]]]:
    """Fold -> split -> units, for all schemes but `file`."""
    always_test = [unit for unit in units if unit.role == "test"]
    tested = [unit for unit in units if unit.role == "both"]
    n_people = sum(len(unit.participants) for unit in units if unit.role != "test")
    folds = {}
    for name, test in _test_sides(tested, settings, bool(always_test)).items():
        tested_here = set(test)
        rest = [unit for unit in units if unit.role != "test" and unit not in tested_here]
        n_rest = sum(len(unit.participants) for unit in rest)
        _need(len(rest), 2, "to train and to validate on, beside those tested")
        n_validation = min(max(1, round(settings.validation_fraction * n_people)), n_rest - 1)
        seed = f"{settings.seed}/{name}"  # other folds, other validation participants
        train, validation = stratify(rest, [n_rest - n_validation, n_validation], seed)
        folds[name] = {"train": train, "validation": validation, "test": test + always_test}
    return folds


def _test_sides(
    tested: list[Unit], settings: SplitSettings, has_test_cohort: bool
) -> dict[str, list[Unit]]:
    """Fold -> the units of cohorts of role both that are tested in it."""
    n_people = sum(len(unit.participants) for unit in tested)
    if settings.scheme == "holdout":
        if has_test_cohort and len(tested) < 2:
            return {"holdout": []}
        _need(len(tested), 2, "to train and test on")
        n_test = min(max(1, round(settings.test_fraction * n_people)), n_people - 1)
        return {"holdout": stratify(tested, [n_people - n_test, n_test], str(settings.seed))[1]}
    if settings.scheme == "kfold":
        _need(len(tested), settings.folds, f"for split.folds: {settings.folds}")
        share, over = divmod(n_people, settings.folds)
        sizes = [share + (index < over) for index in range(settings.folds)]
        sides = stratify(tested, sizes, str(settings.seed))
    else:
        _need(len(tested), 2, "to leave one out")
        sides = [[unit] for unit in tested]
    return {f"fold-{index}": side for index, side in enumerate(sides)}


def _need(n_units: int, n_needed: int, purpose: str) -> None:
    if n_units < n_needed:
        raise InputError(
            f"There are {n_units} participants that can be told apart (by split_group and by the "
            f"content of their recordings) in cohorts of the fitting role, but {n_needed} are "
            f"needed {purpose}. Add participants or choose another split.scheme."
        )


def _frame(folds: dict[str, dict[str, Iterable[Unit]]]) -> pd.DataFrame:
    rows = [
        (fold, participant, split)
        for fold, sides in folds.items()
        for split, units in sides.items()
        for unit in units
        for participant in unit.participants
    ]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(COLUMNS, ignore_index=True)
