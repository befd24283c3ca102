"""Measured kinematics as text, for models that read words or numbers instead of movement."""

import numpy as np

from biomechgpt.motion_encoder.facts import FactScale

# What a report of a gait laboratory begins with; the rest would not fit a sequence.
TOLD = {
    "duration_s": ("duration", "s", 1),
    "movement_time_s": ("moving for", "s", 1),
    "cadence_steps_min": ("cadence", "steps/min", 0),
    "walking_speed_m_s": ("speed", "m/s", 2),
    "step_length_m": ("step length", "m", 2),
    "step_width_m": ("step width", "m", 2),
    "step_length_asymmetry": ("step length asymmetry", "", 2),
    "rhythm": ("rhythm", "", 2),
    "moving_share": ("share walking", "", 2),
    **{
        f"{joint}_{side}.{what}": (f"{word} {name} {what}", "deg", 0)
        for side, word in (("r", "right"), ("l", "left"))
        for joint, name in (
            ("hip_flexion", "hip"),
            ("knee_angle", "knee"),
            ("ankle_angle", "ankle"),
            ("arm_flex", "shoulder"),
        )
        for what in ("range", "mean")
    },
    "lumbar_extension.mean": ("trunk extension", "deg", 0),
    "lumbar_bending.mean": ("trunk bending", "deg", 0),
}
UNKNOWN = "unknown"


def in_words(facts: np.ndarray, scale: FactScale) -> str:
    """The facts of `TOLD` (F,) as a sentence, in the order of that table."""
    known = dict(zip(scale.names, facts, strict=True))
    parts = []
    for name, (words, unit, decimals) in TOLD.items():
        value = known.get(name, np.nan)
        number = UNKNOWN if np.isnan(value) else f"{value:.{decimals}f} {unit}".strip()
        parts.append(f"{words} {number}")
    return ", ".join(parts)


def in_digits(facts: np.ndarray, scale: FactScale) -> str:
    """For each fact of `TOLD` the tenth of the training movements that it falls into, 0 to 9.

    A dash stands where it is unknown.
    """
    digits = []
    for name in TOLD:
        place = scale.names.index(name) if name in scale.names else None
        if place is None or np.isnan(facts[place]):
            digits.append("-")
        else:
            digits.append(str(int(np.searchsorted(scale.deciles[place], facts[place]))))
    return " ".join(digits)


def fact_questions(facts: np.ndarray, scale: FactScale) -> list[tuple[str, str]]:
    """Questions about the facts of `TOLD` that are known, each with what kinematics answer."""
    known, pairs = dict(zip(scale.names, facts, strict=True)), []
    for name, (words, unit, decimals) in TOLD.items():
        if np.isfinite(known.get(name, np.nan)):
            question = f"Measured {words}{', in ' if unit else ''}{unit}?"
            pairs.append((question, f"{known[name]:.{decimals}f}"))
    return pairs
