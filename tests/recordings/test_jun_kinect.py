"""Acted pathological gait before a Kinect v2 (Jun et al. 2020): every recording and its quirks."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.recordings.readers import MotionError
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.motion_files import INGEST, MAPS, SKELETONS
from tests.helpers.paths import RECORDINGS

FOLDER = RECORDINGS.with_name("datasets") / "jun_kinect"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recordings are not at {FOLDER}")


def read(path: Path, row: dict):
    return read_recording(path, row, reading_with(MAPS + SKELETONS, INGEST))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("raw_quirks/*")), ids=lambda path: path.name)
def test_original_files_with_absurd_numbers_are_read(path):
    motion = read(path, {"skeleton": "kinect_v2"})
    problems = {note.problem for note in motion.notes}
    assert problems & {"far_points", "absurd_numbers"}
    angles_deg = np.degrees(motion.frames[:, 7:])
    assert np.nanmax(np.abs(angles_deg)) < 180
    knee = angles_deg[:, JOINT_NAMES.index("knee_angle_r")]
    assert np.nanpercentile(knee, 2) < -20  # it bends, and backwards


@pytest.mark.slow
def test_one_in_twenty_four_of_the_recordings_is_read_and_says_what_was_odd(tmp_path):
    table = pq.read_table(FOLDER / "jun_135.parquet")
    starts = np.flatnonzero(table["frame"].to_numpy() == 0)
    stops = np.append(starts[1:], table.num_rows)
    names = [name for name in table.column_names if name.endswith("_mm")]
    refused, notes = [], Counter()
    for start, stop in list(zip(starts, stops, strict=True))[::24]:
        part = table.slice(start, stop - start).select(["time_ms", *names])
        seconds = part["time_ms"].to_numpy() / 1000
        part = part.drop_columns("time_ms").append_column("time", [seconds])
        pq.write_table(part, tmp_path / "a.parquet")
        try:
            motion = read(tmp_path / "a.parquet", {})
        except MotionError as error:
            refused.append(str(error))
            continue
        assert motion.map_name == "kinect_v2"
        notes.update(note.problem for note in motion.notes)
    assert len(refused) <= 2, refused
    assert notes["zero_points"] > 0
    assert notes["lost_leg"] > 0
