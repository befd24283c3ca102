"""How much simulated people differ, from each other and from side to side, and how they are measured."""

from functools import cache

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, welch

from biomechgpt.simulation.noise import add_noise, low_passed_normals
from biomechgpt.simulation.people import draw_person
from biomechgpt.simulation.plan import Planned
from biomechgpt.simulation.simulated_trial import simulate_trial
from biomechgpt.simulation.waveforms import CHANNELS, INDEX, channels_of, curve, evaluate
from tests.helpers.paths import read_yaml

RATE_HZ = 30
PEOPLE = 80
PHASES = np.arange(0, 1, 0.1)
# Degrees in OpenSim's signs at every tenth of the cycle: of hip and pelvis Pinzone 2014, mean of both
# centres (hip rotation: movement of the second), of the lumbar spine Schwartz 2008 at free speed.
PUBLISHED = {
    "hip_adduction": [-1.4, 4.6, 6.1, 3.9, 2.7, 0.1, -6.0, -6.5, -3.4, -2.8],
    "pelvis_list": [-1.4, -4.2, -3.8, -0.4, 0.6, 1.4, 4.1, 3.8, 0.5, -0.6],
    "pelvis_rotation": [5.5, 4.1, 3.2, 0.4, -3.4, -5.7, -4.5, -3.6, -0.6, 3.4],
    "lumbar_bending": [3.2, 6.1, 5.5, 0.4, -1.8, -3.1, -6.1, -5.6, -0.5, 1.7],
    "lumbar_rotation": [-4.7, -2.4, -0.5, 1.3, 3.5, 4.7, 2.4, 0.5, -1.2, -3.3],
    "hip_rotation": [-4.8, 2.6, 1.8, 1.8, 1.9, -0.4, -0.4, -0.6, 6.4, -1.3],
}
# Lowest and highest of four groups of ten to eighteen recorded people (docs/simulated_cohort.md): SD
# between people of the mean angle, median difference between the sides of the mean angle, and SD above
# 6 Hz, all in degrees.
RECORDED = {
    "hip_flexion": {
        "between people": (3.56, 5.97),
        "between sides": (1.21, 3.99),
        "above 6 Hz": (0.09, 0.2),
    },
    "hip_adduction": {
        "between people": (1.47, 3.27),
        "between sides": (1.43, 4.61),
        "above 6 Hz": (0.06, 0.15),
    },
    "hip_rotation": {
        "between people": (1.78, 6.24),
        "between sides": (3.53, 5.78),
        "above 6 Hz": (0.43, 0.54),
    },
    "knee_angle": {
        "between people": (2.89, 5.56),
        "between sides": (0.79, 4.64),
        "above 6 Hz": (0.18, 0.37),
    },
    "ankle_angle": {
        "between people": (1.12, 5.41),
        "between sides": (1.22, 5.01),
        "above 6 Hz": (0.53, 0.66),
    },
    "subtalar_angle": {
        "between people": (1.97, 4.24),
        "between sides": (4.18, 7.97),
        "above 6 Hz": (0.2, 0.25),
    },
    "arm_flex": {
        "between people": (6.94, 22.62),
        "between sides": (3.1, 11.94),
        "above 6 Hz": (0.03, 0.57),
    },
    "arm_add": {
        "between people": (4.46, 25.96),
        "between sides": (3.57, 25.19),
        "above 6 Hz": (0.02, 0.57),
    },
    "arm_rot": {
        "between people": (3.99, 20.5),
        "between sides": (4.43, 9.44),
        "above 6 Hz": (0.06, 0.2),
    },
    "elbow_flex": {
        "between people": (4.51, 8.15),
        "between sides": (1.58, 4.09),
        "above 6 Hz": (0.02, 0.18),
    },
    "lumbar_extension": {"between people": (7.49, 11.04), "above 6 Hz": (0.01, 0.2)},
    "lumbar_bending": {"between people": (2.22, 5.96), "above 6 Hz": (0.03, 0.22)},
    "lumbar_rotation": {"between people": (0.66, 4.18), "above 6 Hz": (0.02, 0.12)},
    "neck_extension": {"between people": (5.76, 11.55), "above 6 Hz": (0.01, 0.15)},
    "neck_bending": {"between people": (3.3, 5.57), "above 6 Hz": (0.01, 0.16)},
    "neck_rotation": {"between people": (4.35, 9.16), "above 6 Hz": (0.01, 0.15)},
}


@cache
def numbers() -> tuple[dict, dict]:
    names = ("normal_gait.yaml", "simulated_cohort.yaml")
    return tuple(read_yaml(f"resources/{name}") for name in names)


@cache
def walks() -> list[np.ndarray]:
    """Measured walking (T, 37) in degrees of unimpaired people."""
    plan = Planned("overground walking", "comfortable", "none")
    trials = []
    for seed in range(PEOPLE):
        person = draw_person("S", None, True, np.random.SeedSequence([31, seed]), *numbers())
        measured = simulate_trial(person, plan, *numbers(), RATE_HZ).measured_deg
        trials.append(measured[np.isfinite(measured).all(axis=1)])
    return trials


def sides(joint: str, values: np.ndarray) -> np.ndarray:
    """The columns (..., 1 or 2) of a joint: the trunk's, or right and left."""
    return values[..., channels_of(joint)]


@pytest.mark.parametrize("joint", PUBLISHED)
def test_curve_is_the_published_one(joint):
    entry, published = numbers()[0]["curves"][joint], np.array(PUBLISHED[joint])
    angles = evaluate(np.tile(curve(entry), (len(CHANNELS), 1)), PHASES)[:, 0]
    np.testing.assert_allclose(angles, published, atol=0.5)


@pytest.mark.parametrize("joint", RECORDED)
def test_people_differ_as_much_as_recorded_ones(joint):
    means = np.array([sides(joint, trial.mean(axis=0)).mean() for trial in walks()])
    low, high = RECORDED[joint]["between people"]
    assert 0.8 * low < means.std(ddof=1) < 1.25 * high


@pytest.mark.parametrize("joint", [j for j in RECORDED if "between sides" in RECORDED[j]])
def test_sides_differ_as_much_as_recorded_ones(joint):
    differences = [np.abs(np.diff(sides(joint, trial.mean(axis=0))))[0] for trial in walks()]
    low, high = RECORDED[joint]["between sides"]
    assert 0.8 * low < np.median(differences) < 1.25 * high


@pytest.mark.parametrize("joint", RECORDED)
def test_fast_movement_is_as_large_as_recorded(joint):
    sections = butter(4, 6, "high", fs=RATE_HZ, output="sos")
    residual = [sosfiltfilt(sections, sides(joint, t), axis=0).std(axis=0).mean() for t in walks()]
    low, high = RECORDED[joint]["above 6 Hz"]
    assert 0.8 * low < np.median(residual) < 1.25 * high


def test_jitter_has_the_size_of_its_joint():
    gait, cohort = numbers()
    still = {"offset": 0.0, "drift": 0.0, "bad_trial_share": 0.0}
    cohort = cohort | {"noise": cohort["noise"] | still}
    person = draw_person("S", None, True, np.random.SeedSequence(5), gait, cohort)
    time_s = np.arange(6000) / RATE_HZ
    measured = add_noise(np.zeros((6000, len(CHANNELS))), time_s, RATE_HZ, person, cohort)
    for joint, sd in cohort["noise"]["jitter_deg"].items():
        assert sides(joint, measured).std() == pytest.approx(sd, rel=0.1), joint
    hip, knee = measured[:, INDEX["hip_flexion_r"]], measured[:, INDEX["knee_angle_r"]]
    assert abs(np.corrcoef(hip, knee)[0, 1]) < 0.1


def test_jitter_is_low_passed():
    jitter = low_passed_normals((60_000, 4), 8.0, 100.0, np.random.default_rng(0))
    assert jitter.std() == pytest.approx(1.0, rel=0.02)
    frequency_hz, power = welch(jitter, fs=100.0, nperseg=512, axis=0)
    power = power.mean(axis=1)
    level = power[(frequency_hz > 1) & (frequency_hz < 3)].mean()
    at_cutoff = power[np.abs(frequency_hz - 8).argmin()]
    assert at_cutoff / level == pytest.approx(0.25, abs=0.05)  # forwards and backwards: 0.5 squared
    assert power[frequency_hz > 20].max() / level < 0.01
    assert low_passed_normals((9, 2), 8.0, 12.0, np.random.default_rng(0)).shape == (9, 2)
