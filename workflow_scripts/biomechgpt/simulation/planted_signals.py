"""A simulated cohort whose answers lie in the video alone, in the body alone, or in both together.

Nothing in it is like a patient or a video. It shows whether a model that reads both can find what is
there: each trial has a marker that is lit or not, which only the features of the video tell, and
arms that are raised or not, which only the joint angles tell. Whether exactly one of them holds is in
neither alone.
"""

import os
from pathlib import Path

import numpy as np

from biomechgpt.files import replacing
from biomechgpt.recordings.opensim_writer import write_joint_angles
from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.simulation.writing import write_json, write_table

FEATURES = 32  # numbers a step
STRIDE_FRAMES = 4
SIGNAL = 3.0  # spreads by which a lit marker lies above a dark one, in a quarter of the features
DURATIONS_S = (3.0, 5.0)
RAISED_DEG = {"arm_flex": 80.0, "arm_add": -40.0, "elbow_flex": 90.0}  # of both arms
LOWERED_DEG = {"arm_flex": 5.0, "arm_add": -5.0, "elbow_flex": 10.0}
SOURCE = {"encoder": "simulated features, no video", "revision": "1", "pooling": "none"}
README = """SIMULATED: movements and features of videos are made up, and no video exists. The folder tests
whether a model finds answers in features alone (marker), in angles alone (arms), in both (differ).
"""


def plant_cohort(folder: str | os.PathLike, settings: SimulateSettings) -> None:
    """Write the cohort folder; the same settings give the same bytes.

    With `settings.content` "shuffled signals" the features belong to other trials, drawn at random, so
    that no question but that about the arms can be answered.
    """
    random = np.random.default_rng(settings.seed)
    n_trials = settings.participants * settings.max_trials_per_participant
    lit, raised = (random.permutation(np.arange(n_trials) % 2 == 0) for _ in range(2))
    shown = random.permutation(lit) if settings.content == "shuffled signals" else lit
    with replacing(folder) as temporary:
        for part in ("motion", "features"):
            (temporary / part).mkdir(parents=True)
        rows = []
        for trial in range(n_trials):
            name, person = f"T{trial:04}", f"P{trial // settings.max_trials_per_participant:03}"
            rows.append(_row(name, person, lit[trial], raised[trial]))
            duration_s = random.uniform(*DURATIONS_S)
            _write_body(temporary / rows[-1]["file"], raised[trial], duration_s, settings, random)
            _write_features(
                temporary / rows[-1]["video_features"], shown[trial], duration_s, settings, random
            )
        people = [
            {"participant_id": person} for person in sorted({r["participant_id"] for r in rows})
        ]
        write_table(temporary / "participants.tsv", people)
        write_table(temporary / "trials.tsv", rows)
        write_json(
            temporary / "video_features.json",
            SOURCE | {"fps": settings.frame_rate_hz, "stride_frames": STRIDE_FRAMES},
        )
        (temporary / "README").write_text(README, encoding="utf-8")


def _row(name: str, person: str, is_lit: bool, is_raised: bool) -> dict[str, str]:
    """A line of trials.tsv."""
    words = {True: "yes", False: "no"}
    return {
        "trial_id": name,
        "participant_id": person,
        "file": f"motion/{name}.mot",
        "video_features": f"features/{name}.npy",
        "marker": words[bool(is_lit)],
        "arms": words[bool(is_raised)],
        "differ": words[bool(is_lit != is_raised)],
    }


def _write_body(
    path: Path,
    is_raised: bool,
    duration_s: float,
    settings: SimulateSettings,
    random: np.random.Generator,
) -> None:
    """Legs that swing to and fro with a rate and a size of their own, and two arms."""
    time_s = np.arange(round(duration_s * settings.frame_rate_hz)) / settings.frame_rate_hz
    phase = 2 * np.pi * (random.uniform(0.7, 1.1) * time_s + random.random())
    size_deg, angles_deg = random.uniform(0.8, 1.2), {}
    for side, shift in (("r", 0.0), ("l", np.pi)):
        angles_deg[f"hip_flexion_{side}"] = size_deg * 22 * np.sin(phase + shift)
        angles_deg[f"hip_adduction_{side}"] = size_deg * 4 * np.cos(phase + shift)
        angles_deg[f"hip_rotation_{side}"] = size_deg * 3 * np.sin(phase + shift)
        angles_deg[f"knee_angle_{side}"] = -30 - size_deg * 25 * np.sin(phase + shift + 1)
        angles_deg[f"ankle_angle_{side}"] = size_deg * 8 * np.cos(phase + shift)
    for joint, height_deg in (RAISED_DEG if is_raised else LOWERED_DEG).items():
        for side in "rl":
            angles_deg[f"{joint}_{side}"] = height_deg + random.normal(0, 5) + 3 * np.sin(phase)
    write_joint_angles(
        path,
        {k: np.deg2rad(v) for k, v in angles_deg.items()},
        settings.frame_rate_hz,
        "Simulated.",
    )


def _write_features(
    path: Path,
    is_lit: bool,
    duration_s: float,
    settings: SimulateSettings,
    random: np.random.Generator,
) -> None:
    """Noise, and in the middle third of the trial the marker in a quarter of the features."""
    n_steps = round(duration_s * settings.frame_rate_hz) // STRIDE_FRAMES
    values = random.standard_normal((n_steps, FEATURES)).astype(np.float32)
    values[n_steps // 3 : 2 * n_steps // 3, ::4] += SIGNAL / 2 * (1 if is_lit else -1)
    np.save(path, values)
