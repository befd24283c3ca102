"""Xsens MVN `.mvnx`: the joint angles of each frame, as columns `{joint}_x`, `_y`, `_z` in degrees.

Format: Xsens MVN User Manual; x is abduction or bending, y rotation, z flexion.
"""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from biomechgpt.recordings.readers.raw import MotionError, RawMotion


class _Content(NamedTuple):
    """What is kept of a file, as text."""

    rates: list[str]  # of each subject
    joints: list[str]
    numbers: list[str]  # of each frame
    angles: list[str]  # of each frame, 3 a joint


def read_mvnx(path: Path) -> RawMotion:
    """Read the joint angles of the Euler sequence ZXY, element `jointAngle`.

    Joints that are 0 throughout are left out: MVN writes that where no sensor was worn.

    Raises:
        MotionError: `unreadable`, `one_row`, `not_motion` without joint angles, or
            `several_recordings` for two subjects.
    """
    content = _content(path)
    if len(content.rates) > 1:
        detail = f"{len(content.rates)} subjects: export each one's motion as a file of its own"
        raise MotionError("several_recordings", detail)
    if not any(content.angles) or not content.joints:
        detail = "no joint angles with the names of joints; tick Joint Angles as you export .mvnx from MVN"
        raise MotionError("not_motion", detail)
    if len(content.angles) < 2:
        raise MotionError("one_row", "a motion needs at least two frames")
    values = _values(content.angles, len(content.joints))
    columns = {
        f"{joint}_{axis}": values[:, index, place]
        for index, joint in enumerate(content.joints)
        for place, axis in enumerate("xyz")
        if values[:, index].any()
    }
    return RawMotion(_time_s(content), columns, "deg", [])


def _content(path: Path) -> _Content:
    content = _Content([], [], [], [])
    try:
        for event, element in ElementTree.iterparse(path, events=("start", "end")):
            match event, element.tag.rpartition("}")[2]:
                case "start", "subject":
                    content.rates.append(element.get("frameRate", ""))
                case "end", "joint":
                    content.joints.append(element.get("label", ""))
                case "end", "frame":
                    if element.get("type") == "normal":  # the others are poses of the calibration
                        content.numbers.append(element.get("index", ""))
                        content.angles.append(_angles_of(element))
                    element.clear()  # ten minutes would stay in memory as gigabytes
    except ElementTree.ParseError as error:
        detail = f"no whole XML, {error}: export the recording again as .mvnx"
        raise MotionError("unreadable", detail) from error
    return content


def _angles_of(frame: ElementTree.Element) -> str:
    texts = (child.text for child in frame if child.tag.rpartition("}")[2] == "jointAngle")
    return (next(texts, None) or "").strip()


def _values(angles: list[str], n_joints: int) -> np.ndarray:
    """The angles (T, joints, 3); NaN in a frame that has none.

    Raises:
        MotionError: `unreadable`.
    """
    values = np.full((len(angles), n_joints, 3), np.nan)
    for index, cells in enumerate(map(str.split, angles)):
        if not cells:
            continue
        try:
            values[index] = np.array(cells, dtype=np.float64).reshape(n_joints, 3)
        except ValueError as error:
            detail = f"frame {index + 1}: jointAngle does not hold {3 * n_joints} numbers"
            raise MotionError("unreadable", detail) from error
    return values


def _time_s(content: _Content) -> np.ndarray | None:
    """Times (T,) by the numbers of the frames, between which dropped frames leave gaps.

    The attribute `time` is rounded to milliseconds. None where rate or numbers are missing.
    """
    try:
        rate_hz = float(content.rates[0])
        numbers = np.array(content.numbers, dtype=np.float64)
    except (IndexError, ValueError):
        return None
    return (numbers - numbers[0]) / rate_hz if 0 < rate_hz < np.inf else None
