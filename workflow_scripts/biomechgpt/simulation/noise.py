"""What markerless measurement adds: offsets, slow drift, jitter, a bad limb now and then, gaps."""

import numpy as np
from scipy.signal import butter, sosfiltfilt

from biomechgpt.body.coordinates import ARM, LEG
from biomechgpt.simulation.people import Person, shared_normals
from biomechgpt.simulation.waveforms import CHANNELS, INDEX, pose_of

DRIFT_HZ = (0.3, 1.0)


def add_noise(
    angles: np.ndarray, time_s: np.ndarray, frame_rate_hz: float, person: Person, cohort: dict
) -> np.ndarray:
    """Angles (T, 37) in degrees as a markerless system would report them, without gaps."""
    noise, factors, random = cohort["noise"], cohort["posture_factors"], person.random
    error = pose_of(noise["median_error_deg"])
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
    jitter = low_passed_normals(angles.shape, noise["low_pass_hz"], frame_rate_hz, random)
    return angles + offset + drift + pose_of(noise["jitter_deg"]) * jitter


def low_passed_normals(
    shape: tuple[int, int], cutoff_hz: float, frame_rate_hz: float, random: np.random.Generator
) -> np.ndarray:
    """Normals (T, C) of standard deviation 1 low-passed at `cutoff_hz`, as filtered movement is.

    The filter is the usual one of motion laboratories, and frames beyond the ends keep it from
    ringing there. A rate that cannot show the cut-off gives white noise.
    """
    if cutoff_hz >= frame_rate_hz / 2:
        return random.standard_normal(shape)
    sections = butter(2, cutoff_hz, fs=frame_rate_hz, output="sos")
    beyond = int(np.ceil(4 * frame_rate_hz / cutoff_hz))
    white = random.standard_normal((shape[0] + 2 * beyond, shape[1]))
    impulse = sosfiltfilt(sections, np.eye(4 * beyond + 1)[2 * beyond], padlen=0)
    filtered = sosfiltfilt(sections, white, axis=0, padlen=0)[beyond:-beyond]
    return filtered / np.sqrt((impulse**2).sum())


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
