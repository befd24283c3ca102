"""The segments of each activity on a timeline, and the times measured on them."""

from collections.abc import Sequence

import numpy as np

from biomechgpt.simulation.people import Person
from biomechgpt.simulation.timeline import Timeline

# "turning" is the short step forward.
FSST_MOVES = (
    "turning", "sideways right", "backward", "sideways left",
    "sideways right", "turning", "sideways left", "backward",
)  # fmt: skip  # squares 2, 3, 4, 1, 4, 3, 2, 1
L_TEST = ((3, 90), (7, 180), (7, 90), (3, 180))  # m, degrees


def perform(
    activity: str, condition: str, person: Person, timeline: Timeline, numbers: dict
) -> dict[str, float]:
    """Fill the timeline and return the times that follow from it: `tug_s`, `fsst_s` or nothing."""
    if activity == "timed up and go":
        there_and_back = [(numbers["tug_walk_m"], 180.0)] * 2
        return {"tug_s": _from_a_chair(person, timeline, numbers, there_and_back)}
    if activity == "four square step test":
        return {"fsst_s": _four_square(person, timeline, numbers)}
    if activity == "L-test":
        _from_a_chair(person, timeline, numbers, L_TEST)
    elif activity == "standing":
        timeline.still(person.random.uniform(*numbers["walking_duration_s"]))
    elif activity == "sit to stand":
        _sit_to_stand(person, timeline, numbers)
    elif activity == "stairs":
        count = int(person.random.integers(5, 10))
        _bout(timeline, count, f"stairs {condition}", numbers["stairs_pace"])
    elif activity in ("tandem walking", "backward walking"):
        way = activity.removesuffix(" walking")
        pace = numbers[f"{way}_pace"]
        count = _steps_in(timeline, person.random.uniform(*numbers["walking_duration_s"]), pace)
        _bout(timeline, count, way, pace)
    else:
        _walk(condition, person, timeline, numbers)
    return {}


def _steps_in(timeline: Timeline, seconds: float, pace: float = 1.0) -> int:
    return max(6, round(seconds * pace / timeline.gait.step_s))


def _bout(timeline: Timeline, count: int, way: str, pace: float) -> None:
    timeline.still(timeline.random.uniform(0.3, 1.2))
    timeline.steps(count, way, pace=pace)
    timeline.still(timeline.random.uniform(0.3, 1.2))


def _walk(condition: str, person: Person, timeline: Timeline, numbers: dict) -> None:
    random = person.random
    count = _steps_in(timeline, random.uniform(*numbers["walking_duration_s"]))
    starts, stops = random.random(2) < numbers["standing_start_share"]
    if starts:
        timeline.still(random.uniform(0.3, 1.0))
    if condition == "obstacle":
        before = count // 2
        timeline.steps(before)
        timeline.lift_next(2)
        timeline.steps(count - before)
    elif condition == "changing speed":
        thirds = np.array_split(np.ones(count), 3)
        pace = np.concatenate([part * f for part, f in zip(thirds, (1.0, 1.25, 0.75), strict=True)])
        timeline.steps(count, pace=pace)
    else:
        timeline.steps(count)
    if condition == "pivot":
        _turn(person, timeline, numbers, 180.0)
        timeline.still(1.0)
    elif stops:
        timeline.still(random.uniform(0.3, 1.0))


def _leads_s(person: Person, numbers: dict) -> np.ndarray:
    """Rest before and after a timed test: who starts the camera early tends to stop it late."""
    low, high = numbers["lead_s"]
    slack = person.random.random()
    each = np.clip(slack + person.random.uniform(-0.2, 0.2, 2), 0, 1)
    return low + (high - low) * each


def _turn(person: Person, timeline: Timeline, numbers: dict, degrees: float) -> float:
    mean, sd = numbers["turn_s"]
    speed_m_s = max(timeline.gait.step_length_m / timeline.gait.step_s, 0.2)
    slower = (1 + person.turn_slowness) * (1.3 / speed_m_s) ** numbers["turn_speed_power"]
    wished_s = max(0.8, person.random.normal(mean, sd)) * slower * abs(degrees) / 180
    count = max(2, round(wished_s / timeline.gait.step_s))
    pace = count * timeline.gait.step_s / wished_s
    side = 1 if person.random.random() < 0.5 else -1
    return timeline.steps(count, "turning", "turn", side * degrees, pace)


def _change_seat(person: Person, timeline: Timeline, numbers: dict, sitting: bool) -> float:
    mean, sd = numbers["rise_s"]
    slower = 1 + numbers["rise_slowness"] * person.severity
    seconds = max(0.7, person.random.normal(mean, sd)) * slower
    return timeline.change_seat(seconds, sitting, "sit" if sitting else "rise")


def _straight(timeline: Timeline, metres: float, numbers: dict) -> float:
    length = max(metres - numbers["walk_shorter_m"], 0.5)
    return timeline.steps(max(2, round(length / timeline.gait.step_length_m)))


def _from_a_chair(
    person: Person, timeline: Timeline, numbers: dict, way: Sequence[tuple[float, float]]
) -> float:
    """Rise, walk and turn (m and degrees of each part of the `way`), sit down; the seconds of that."""
    before_s, after_s = _leads_s(person, numbers)
    timeline.seated = 1.0
    timeline.still(before_s, "lead-in")
    spent = _change_seat(person, timeline, numbers, sitting=False)
    for metres, degrees in way:
        spent += _straight(timeline, metres, numbers)
        spent += _turn(person, timeline, numbers, degrees)
    spent += _change_seat(person, timeline, numbers, sitting=True)
    timeline.still(after_s, "lead-out")
    return spent


def _sit_to_stand(person: Person, timeline: Timeline, numbers: dict) -> None:
    timeline.seated = 1.0
    timeline.still(person.random.uniform(0.5, 2.0))
    for _ in range(int(person.random.integers(1, 4))):
        _change_seat(person, timeline, numbers, sitting=False)
        timeline.still(person.random.uniform(0.4, 1.2))
        _change_seat(person, timeline, numbers, sitting=True)
        timeline.still(person.random.uniform(0.3, 1.0))


def _four_square(person: Person, timeline: Timeline, numbers: dict) -> float:
    before_s, after_s = _leads_s(person, numbers)
    fsst = numbers["fsst"]
    usual = np.log(fsst["at_1_3_m_s_s"] * (1.3 / person.speed_m_s) ** fsst["speed_power"])
    today = usual + person.fsst_shift + fsst["trial_log_sd"] * person.random.standard_normal()
    wished_s = float(np.clip(np.exp(today), *fsst["limits_s"]))
    pace = 2 * len(FSST_MOVES) * timeline.gait.step_s / wished_s
    timeline.still(before_s, "lead-in")
    spent = sum(timeline.steps(2, way, f"square by {way}", pace=pace) for way in FSST_MOVES)
    timeline.still(after_s, "lead-out")
    return spent
