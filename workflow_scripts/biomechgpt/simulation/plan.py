"""Which trials a person does: activity, condition and device of each."""

from typing import NamedTuple

import numpy as np

from biomechgpt.simulation.people import Person, apportion


class Planned(NamedTuple):
    activity: str
    condition: str
    device: str


class Protocol(NamedTuple):
    """Which measured labels a person has."""

    walkway: bool
    tug: bool
    fsst: bool


def assign_protocols(
    people: list[Person], numbers: dict, random: np.random.Generator
) -> list[Protocol]:
    """Who walks the walkway and who does the timed tests; the shares are exact."""
    count = len(people)
    able = np.array([p.severity <= numbers["too_severe_above"] for p in people])
    groups = np.array([str(p.diagnosis) for p in people])
    prosthesis = groups == "lower limb prosthesis user"
    walkway = _select(np.ones(count, bool), numbers["walkway_people"] * count, groups, random)
    tug = _select(able, numbers["tug_people"] * count, groups, random)
    wanted = numbers["prosthesis_fsst_share"] * prosthesis.sum()
    first = _select(able & prosthesis, wanted, groups, random)
    rest = numbers["fsst_people"] * count - first.sum()
    fsst = first | _select(able & ~prosthesis, rest, groups, random)
    return [Protocol(*map(bool, row)) for row in zip(walkway, tug, fsst, strict=True)]


def _select(
    eligible: np.ndarray, count: float, groups: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Mark (N,) `count` of the eligible people, every group by its share of them."""
    sizes = {group: int((eligible & (groups == group)).sum()) for group in sorted(set(groups))}
    wanted = int(np.clip(round(count), 0, eligible.sum()))
    selected = np.zeros(len(eligible), bool)
    for group, number in (apportion(sizes, wanted) if wanted else {}).items():
        members = np.flatnonzero(eligible & (groups == group))
        selected[random.permutation(members)[:number]] = True
    return selected


def plan_trials(person: Person, protocol: Protocol, most: int, cohort: dict) -> list[Planned]:
    """A person's trials, walking first; at most `most`."""
    random, numbers = person.random, cohort["activities"]
    low, high = numbers["trials_share"]
    count = int(np.clip(round(random.uniform(low, high) * most), 1, most))
    timed = []
    if protocol.tug:
        timed += ["timed up and go"] * int(random.integers(*np.add(numbers["tug_trials"], [0, 1])))
    if protocol.fsst:
        timed += ["four square step test"] * int(
            random.integers(*np.add(numbers["fsst_trials"], [0, 1]))
        )
    names = ["overground walking", *timed][:count]
    names += [_another(person, numbers, random) for _ in range(count - len(names))]
    return [
        Planned(name, _condition(name, numbers, random), _device(person, name, cohort))
        for name in names
    ]


def _another(person: Person, numbers: dict, random: np.random.Generator) -> str:
    shares = dict(numbers["other"])
    if person.severity > numbers["too_severe_above"]:
        shares = {k: shares[k] for k in ("overground walking", "standing", "sit to stand")}
    return _draw(shares, random)


def _draw(shares: dict[str, float], random: np.random.Generator) -> str:
    weights = np.array(list(shares.values()))
    return list(shares)[int(random.choice(len(weights), p=weights / weights.sum()))]


def _condition(activity: str, numbers: dict, random: np.random.Generator) -> str:
    if activity == "overground walking":
        return _draw(numbers["walking_conditions"], random)
    if activity == "functional gait assessment":
        return str(random.choice(numbers["functional_gait_conditions"]))
    if activity == "stairs":
        return str(random.choice(["up", "down"]))
    if activity == "standing":
        return str(random.choice(["eyes open", "eyes closed"]))
    return "comfortable"


def _device(person: Person, activity: str, cohort: dict) -> str:
    devices = cohort["devices"]
    if activity in devices["without"] or person.random.random() > devices["used_share"]:
        return "none"
    return person.device
