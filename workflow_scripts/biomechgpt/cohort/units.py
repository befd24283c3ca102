"""The unit of a file's rotations, and what its columns are in radians."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.cohort.coordinate_maps import CoordinateMap
from biomechgpt.cohort.readers import MotionError, Note

DEGREES_ABOVE = 6.5  # the largest joint angle in radians stays below one turn, 6.28


class Unit(NamedTuple):
    """The unit of a file's rotations, and how doubtful it is."""

    name: str  # deg | rad
    notes: list[Note]


def decide_unit(
    mapped: Mapping[str, np.ndarray], stated: str | None, override: str | None, when_unstated: str
) -> Unit:
    """The unit of the rotations: the table's word, the file's word, or the largest joint angle.

    Raises:
        MotionError: `unit_unknown` where the file is silent and `when_unstated` is `refuse`.
    """
    largest = max(
        float(np.nanmax(np.abs(mapped[n]), initial=0)) for n in mapped if n in JOINT_NAMES
    )
    if override is not None:
        return Unit(override, [])
    if stated is not None:
        doubtful = stated == "deg" and largest < DEGREES_ABOVE
        detail = f"said to be degrees, yet no joint angle exceeds {largest:.2f}: radians?"
        return Unit(stated, [Note("unit_doubtful", detail)] if doubtful else [])
    if when_unstated == "refuse":
        raise MotionError(
            "unit_unknown",
            "the file does not say whether it is in degrees; set angle_unit in trials.tsv, or "
            "ingest.angle_unit_when_unstated: infer",
        )
    unit = "deg" if largest > DEGREES_ABOVE else "rad"
    return Unit(
        unit, [Note("unit_inferred", f"taken as {unit}: largest joint angle {largest:.2f}")]
    )


def to_radians(
    mapped: Mapping[str, np.ndarray], unit: str, coordinate_map: CoordinateMap
) -> dict[str, np.ndarray]:
    """Convert rotations to radians and add the map's offsets; positions stay in metres."""
    factor = np.pi / 180 if unit == "deg" else 1.0
    converted = {}
    for name, values in mapped.items():
        offset_rad = np.radians(coordinate_map.rules[name].offset_deg)
        converted[name] = values if name in PELVIS_POSITION else values * factor + offset_rad
    return converted
