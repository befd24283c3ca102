"""The people of the cohort: diagnosis, severity, body, speed and own ways of moving."""

from dataclasses import dataclass, field

import numpy as np

from biomechgpt.body.kinematics import MODEL_HEIGHT_M
from biomechgpt.simulation.deviations import Deviation, draw_deviations
from biomechgpt.simulation.waveforms import CHANNELS, HARMONICS, INDEX, LEFT, channels_of


@dataclass
class Person:
    """One participant; `severity` 0 and `diagnosis` None for the unimpaired."""

    participant_id: str
    diagnosis: str | None
    labelled: bool
    random: np.random.Generator
    subtype: str | None = None
    affected_side: str = "r"
    severity: float = 0.0
    balance: float = 0.0
    fall_history: bool = False
    age_years: float = 0.0
    male: bool = True
    height_m: float = 1.7
    speed_m_s: float = 1.3
    walk_ratio: float = 1.0
    temporal_asymmetry: float = 0.0
    step_time_cv: float = 0.025
    step_amplitude_cv: float = 0.035
    turn_slowness: float = 0.0
    stance_shift: float = 0.0
    fsst_shift: float = 0.0
    device: str = "none"
    deviations: list[Deviation] = field(default_factory=list)
    device_deviations: list[Deviation] = field(default_factory=list)
    offsets: np.ndarray = field(default_factory=lambda: np.zeros(len(CHANNELS)))  # (C,) deg
    gains: np.ndarray = field(default_factory=lambda: np.ones(len(CHANNELS)))  # (C,)
    shape: np.ndarray = field(default_factory=lambda: np.zeros((len(CHANNELS), 2 * HARMONICS)))

    @property
    def scale(self) -> float:
        """Stature relative to the body model."""
        return self.height_m / MODEL_HEIGHT_M


def apportion(shares: dict[str, float], total: int) -> dict[str, int]:
    """Whole counts that add up to `total`, by largest remainder."""
    weight = sum(shares.values())
    exact = {key: total * share / weight for key, share in shares.items()}
    counts = {key: int(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: counts[key] - exact[key])
    for key in by_remainder[: total - sum(counts.values())]:
        counts[key] += 1
    return counts


def assign_diagnoses(count: int, people: dict, random: np.random.Generator) -> list[tuple]:
    """`count` pairs (diagnosis or None, whether labelled), in random order."""
    labelled = apportion(
        {"yes": 1 - people["unlabelled_share"], "no": people["unlabelled_share"]}, count
    )
    impaired = apportion(
        {"yes": people["impaired_share"], "no": 1 - people["impaired_share"]}, labelled["yes"]
    )
    by_diagnosis = apportion(people["diagnoses"], impaired["yes"])
    kinds = [(name, True) for name, n in by_diagnosis.items() for _ in range(n)]
    kinds += [(None, True)] * impaired["no"]
    # Those without a label are as mixed as the others, but their fall history must not go unknown.
    others = [name for name in people["diagnoses"] if name != "lower limb prosthesis user"]
    unlabelled = random.random(labelled["no"]) < people["impaired_share"]
    kinds += [(str(random.choice(others)) if sick else None, False) for sick in unlabelled]
    return [kinds[i] for i in random.permutation(count)]


def draw_person(
    participant_id: str,
    diagnosis: str | None,
    labelled: bool,
    seed,
    normal_gait: dict,
    cohort: dict,
) -> Person:
    """A person with all that is drawn once; `seed` is a SeedSequence of their own."""
    person = Person(participant_id, diagnosis, labelled, np.random.default_rng(seed))
    _draw_body(person, normal_gait, cohort["people"])
    _draw_own_ways(person, cohort)
    person.fsst_shift = (
        cohort["activities"]["fsst"]["person_log_sd"] * person.random.standard_normal()
    )
    if diagnosis is not None:
        _draw_impairment(person, cohort)
        _draw_device(person, cohort)
    if diagnosis == "lower limb prosthesis user":
        _draw_falls(person, cohort["falls"])
    return person


def _draw_body(person: Person, normal_gait: dict, people: dict) -> None:
    random = person.random
    mean, sd = people["age_years"][person.diagnosis or "unimpaired"]
    person.age_years = float(np.clip(random.normal(mean, sd), *people["age_limits"]))
    person.male = bool(random.random() < 0.5)
    sex = "male" if person.male else "female"
    mean, sd = normal_gait["height"][sex]
    person.height_m = float(np.clip(random.normal(mean, sd), 1.45, 2.0))
    speed = normal_gait["comfortable_speed"]
    # A decade's figure holds for its middle.
    usual = np.interp(person.age_years, np.array(speed["decades"]) + 5, speed[sex])
    person.speed_m_s = float(np.clip(random.normal(usual, speed["sd"]), 0.7, 1.9))
    person.walk_ratio = float(np.exp(normal_gait["walk_ratio"]["sd"] * random.standard_normal()))


def shared_normals(factors: dict, share: float, random: np.random.Generator) -> np.ndarray:
    """Standard normals (C,), alike on both sides, of which `share` of the variance is common.

    `factors` name the joints that go together, with a weight each: who stoops holds the head up.
    """
    joints = dict.fromkeys(name.removesuffix("_r").removesuffix("_l") for name in CHANNELS)
    own = {joint: random.standard_normal() for joint in joints}
    common = {name: random.standard_normal() for name in factors}
    drawn = np.zeros(len(CHANNELS))
    for joint in joints:
        weights = {name: loads[joint] for name, loads in factors.items() if joint in loads}
        size = np.sqrt(sum(w * w for w in weights.values()))
        together = sum(w * common[name] for name, w in weights.items()) / size if weights else 0.0
        part = share if weights else 0.0
        drawn[channels_of(joint)] = np.sqrt(part) * together + np.sqrt(1 - part) * own[joint]
    return drawn


def _draw_own_ways(person: Person, cohort: dict) -> None:
    random, own = person.random, cohort["person"]
    posture = shared_normals(cohort["posture_factors"], own["shared"], random)
    for joint, sd in own["offset_deg"].items():
        channels, swing_sd = channels_of(joint), own["swing_gain_sd"][joint]
        person.offsets[channels] = sd * posture[channels]
        person.gains[channels] = np.exp(swing_sd * random.standard_normal())
        if len(channels) == 2:
            side = own["side_deg"][joint] * random.standard_normal()
            person.offsets[channels] += np.array([0.5, -0.5]) * side
            swing = own["side_swing_sd"][joint] * random.standard_normal()
            person.gains[channels] *= np.exp(np.array([0.5, -0.5]) * swing)
    person.shape = own["shape"] * _draw_shape(random)
    person.step_time_cv = float(max(0.01, random.normal(*own["step_time_cv"])))
    person.step_amplitude_cv = float(max(0.01, random.normal(*own["step_amplitude_cv"])))
    person.stance_shift = float(own["stance_share_sd"] * random.standard_normal())


def _draw_shape(random: np.random.Generator) -> np.ndarray:
    """Changes (C, 12) of the harmonics relative to a joint's amplitude; the sides mostly agree."""
    decay = np.repeat(1 / np.arange(1, HARMONICS + 1), 2)
    shape = random.standard_normal((len(CHANNELS), 2 * HARMONICS)) * decay
    right = [INDEX[name[:-2] + "_r"] for name in np.array(CHANNELS)[LEFT]]
    shape[LEFT] = 0.8 * shape[right] + 0.6 * shape[LEFT]
    return shape


def _draw_impairment(person: Person, cohort: dict) -> None:
    random, kind = person.random, cohort["diagnoses"][person.diagnosis]
    names = list(kind["subtypes"])
    shares = np.array([kind["subtypes"][n]["share"] for n in names])
    person.subtype = names[int(random.choice(len(names), p=shares / shares.sum()))]
    subtype = kind["subtypes"][person.subtype]
    person.affected_side = "r" if random.random() < 0.5 else "l"
    severity = random.beta(*cohort["people"]["severity"][person.diagnosis])
    person.severity = float(min(1.0, severity * subtype.get("severity_gain", 1.0)))
    gain = person.severity * cohort["pathology"]["gain"]
    person.speed_m_s *= 1 - float(
        np.clip(person.severity * random.normal(*kind["speed_loss"]), 0, 0.85)
    )
    person.walk_ratio *= 1 + person.severity * (float(random.normal(*kind["walk_ratio"])) - 1)
    person.temporal_asymmetry = gain * float(random.normal(*kind["temporal_asymmetry"]))
    person.step_time_cv += gain * kind["step_time_cv"]
    person.step_amplitude_cv += gain * kind.get("step_amplitude_cv", 0.0)
    person.turn_slowness = person.severity * kind["turn_slowness"]
    listed = kind["deviations"] + subtype["deviations"]
    person.deviations = draw_deviations(
        listed, person.affected_side, person.severity, cohort["pathology"], random
    )


def _draw_device(person: Person, cohort: dict) -> None:
    random, devices = person.random, cohort["devices"]
    low, high = devices["probability"][person.diagnosis]
    kinds = devices["kinds"][person.diagnosis]
    shares = np.array(list(kinds.values()))
    uses = random.random() < low + (high - low) * person.severity
    kind = list(kinds)[int(random.choice(len(kinds), p=shares / shares.sum()))]
    leaning = float(random.beta(*devices["strength"]))
    listed = devices["deviations"][kind]
    deviations = draw_deviations(listed, person.affected_side, leaning, cohort["device"], random)
    if uses:
        person.device, person.device_deviations = kind, deviations


def _draw_falls(person: Person, falls: dict) -> None:
    random = person.random
    person.balance = float(random.standard_normal())
    slope = falls["log_odds_per_balance"]
    base = np.log(falls["prevalence"] / (1 - falls["prevalence"])) * np.sqrt(1 + 0.35 * slope**2)
    person.fall_history = bool(random.random() < 1 / (1 + np.exp(-base - slope * person.balance)))
    person.fsst_shift += falls["log_fsst_per_balance"] * person.balance
    person.step_time_cv *= max(0.3, 1 + falls["step_time_cv_per_balance"] * person.balance)
    person.offsets[channels_of("hip_adduction")] += (
        falls["abduction_per_balance_deg"] * person.balance
    )
