"""Columns of trials.tsv that say what a motion file does not, or says wrongly."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from biomechgpt.errors import InputError

RATES_HZ = (1.0, 100_000.0)  # slower is no movement, and would become frames without end
RATES_IN_WORDS = f"a number from {RATES_HZ[0]:g} to {RATES_HZ[1]:g}"
LENGTH_UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}  # in m
UP_AXES = ("x", "y", "z", "-x", "-y", "-z")
CHOICES = {"angle_unit": ("deg", "rad"), "length_unit": tuple(LENGTH_UNITS), "up_axis": UP_AXES}
MAPS = ("coordinate_map", "skeleton")  # of joint angles, of joint centres
OVERRIDES = ("frame_rate_hz", *CHOICES, *MAPS)


def override_faults(trials: pd.DataFrame, path: Path) -> Iterator[InputError]:
    """What is wrong with the overrides in the table of trials, whose index is the line in the file `path`.

    Each fault names file, line and column, and what to do.
    """
    for column in [name for name in OVERRIDES if name in trials]:
        for line, value in trials[column].dropna().items():
            where = f"{path}, line {line}, column {column!r}: {value!r}"
            if column in CHOICES and value not in CHOICES[column]:
                *some, last = CHOICES[column]
                yield InputError(f"{where} must be {', '.join(some)} or {last}")
            if column == "frame_rate_hz" and not _is_rate(value):
                yield InputError(f"{where} must be frames a second, {RATES_IN_WORDS}")
    yield from _two_maps(trials, path)


def _is_rate(text: str) -> bool:
    try:
        return RATES_HZ[0] <= float(text) <= RATES_HZ[1] and "_" not in text
    except ValueError:
        return False


def _two_maps(trials: pd.DataFrame, path: Path) -> Iterator[InputError]:
    if not set(MAPS) <= set(trials.columns):
        return
    for line, (coordinate_map, skeleton) in trials[list(MAPS)].dropna().iterrows():
        yield InputError(
            f"{path}, line {line}, column 'skeleton': {skeleton!r} stands beside coordinate_map "
            f"{coordinate_map!r}; keep skeleton where the file holds joint centres, coordinate_map "
            "where it holds joint angles"
        )
