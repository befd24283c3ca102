"""The unit of a file's rotations, and what its columns are in radians."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.body.coordinates import PELVIS_POSITION
from biomechgpt.recordings.coordinate_maps import CoordinateMap
from biomechgpt.recordings.plausibility import fits_body
from biomechgpt.recordings.readers import MotionError, Note

UNITS = ("deg", "rad")
DEGREES_ABOVE = 6.5  # the largest joint angle in radians stays below one turn, 6.28


def decide_unit(
    mapped: Mapping[str, np.ndarray],
    coordinate_map: CoordinateMap,
    stated: str | None,
    override: str | None,
    when_unstated: str,
) -> tuple[str, list[Note]]:
    """The unit, deg or rad: as the table says, else as the file says, else the one that fits a body.

    Raises:
        MotionError: `unit_unknown` where the file is silent and `when_unstated` is `refuse` or both
            units fit; `unit_doubtful` where it says degrees and only radians fit.
    """
    if override is not None:
        return override, []
    if stated is None and when_unstated == "refuse":
        raise MotionError(
            "unit_unknown",
            "the file does not say whether it is in degrees; set angle_unit in trials.tsv, or "
            "ingest.angle_unit_when_unstated: infer",
        )
    largest = max(float(np.nanmax(np.abs(column), initial=0)) for column in mapped.values())
    if stated == "rad" or (stated == "deg" and largest > DEGREES_ABOVE):
        return stated, []
    fitting = [unit for unit in UNITS if fits_body(to_radians(mapped, unit, coordinate_map))]
    if stated == "deg" and fitting == ["rad"]:
        raise MotionError(
            "unit_doubtful",
            f"said to be degrees, yet no joint angle exceeds {largest:.2f}, which fits radians only; "
            "set angle_unit to rad in trials.tsv",
        )
    return (stated, []) if stated else _inferred(fitting, largest)


def _inferred(fitting: list[str], largest: float) -> tuple[str, list[Note]]:
    if fitting == list(UNITS):
        raise MotionError(
            "unit_unknown",
            f"the file does not say its unit, and up to {largest:.2f} may be degrees as well as "
            "radians; set angle_unit in trials.tsv",
        )
    # Where neither fits, checks of the converted angles say what is wrong with them.
    unit = fitting[0] if fitting else ("deg" if largest > DEGREES_ABOVE else "rad")
    return unit, [Note("unit_inferred", f"taken as {unit}: largest joint angle {largest:.2f}")]


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
