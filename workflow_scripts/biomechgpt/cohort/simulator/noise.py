"""What markerless measurement adds: offsets, slow drift, jitter, a bad limb now and then, gaps."""

import numpy as np

from biomechgpt.cohort.simulator.people import Person, shared_normals
from biomechgpt.cohort.simulator.waveforms import CHANNELS, INDEX, channels_of

ARM = ("arm_flex", "arm_add", "arm_rot", "elbow_flex", "pro_sup", "wrist_flex", "wrist_dev")
LEG = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle", "subtalar_angle", "mtp_angle")  # fmt: skip  # noqa: E501
DRIFT_HZ = (0.3, 1.0)


def add_noise(angles: np.ndarray, time_s: np.ndarray, person: Person, cohort: dict) -> np.ndarray:
    """Angles (T, 37) in degrees as a markerless system would report them, without gaps."""
    noise, factors, gain = cohort["noise"], cohort["posture_factors"], cohort["noise_gain"]
    random = person.random
    error = np.zeros(len(CHANNELS))
    for joint, median in noise["median_error_deg"].items():
        error[channels_of(joint)] = median
    common = shared_normals(factors, 1.0, random)
    own = random.standard_normal(len(CHANNELS))
    both = np.sqrt(noise["shared"]) * common + np.sqrt(1 - noise["shared"]) * own
    offset = noise["offset"] * error * both
    if person.diagnosis == "lower limb prosthesis user":
        for joint in ("knee_angle", "ankle_angle"):
            offset[INDEX[f"{joint}_{person.affected_side}"]] *= noise["prosthetic_side"]
    if random.random() < noise["bad_trial_share"]:
        limb = LEG if random.random() < 0.5 else ARM
        side = "r" if random.random() < 0.5 else "l"
        wrong = [INDEX[f"{joint}_{side}"] for joint in limb]
        signs = random.choice([-1.0, 1.0], len(wrong))
        offset[wrong] += signs * random.normal(*noise["bad_trial_deg"])
    turns = np.outer(time_s, random.uniform(*DRIFT_HZ, len(CHANNELS))) + random.random(
        len(CHANNELS)
    )
    drift = (
        noise["drift"] * error * random.standard_normal(len(CHANNELS)) * np.sin(2 * np.pi * turns)
    )
    jitter = noise["white_deg"] * random.standard_normal(angles.shape)
    return angles + gain * (offset + drift + jitter)


def gap_mask(
    shape: tuple[int, int],
    frame_rate_hz: float,
    device: str,
    noise: dict,
    random: np.random.Generator,
) -> np.ndarray:
    """Which angles (T, 37) are lost to a short occlusion, of one limb or of the whole body."""
    mask = np.zeros(shape, bool)
    kind = device if device in noise["gap_probability"] else "other"
    if random.random() >= noise["gap_probability"][kind]:
        return mask
    for _ in range(int(random.integers(1, 3))):
        frames = max(2, int(random.uniform(*noise["gap_s"]) * frame_rate_hz))
        # Not at the ends: there a gap could not be told from a shorter trial.
        start = int(random.integers(5, max(6, shape[0] - frames - 5)))
        side, limb = "rl"[int(random.integers(2))], (ARM, LEG, None)[int(random.integers(3))]
        columns = [INDEX[f"{j}_{side}"] for j in limb] if limb else slice(None)
        mask[start : start + frames, columns] = True
    return mask
