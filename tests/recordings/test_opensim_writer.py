"""Motion files that the workflow writes: OpenSim's header, and the way back through the reader."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.recordings.opensim_writer import write_joint_angles
from biomechgpt.recordings.readers import read_motion
from biomechgpt.recordings.recording import read_recording, reading_with
from biomechgpt.settings.ingest_section import IngestSettings

HALF_A_DIGIT_RAD = np.radians(0.51e-8)  # of what the file can hold
INGEST = IngestSettings(
    shards=1, angle_unit_when_unstated="refuse", min_leg_joints=14, joint_centre_low_pass_hz=6
)


def test_header_is_that_of_opensim(tmp_path):
    path = tmp_path / "knee.mot"
    write_joint_angles(path, {"knee_angle_r": np.radians([0.0, -90.0])}, 4, "A remark.")
    assert path.read_bytes().decode().split("\n") == [
        "Coordinates",
        "version=1",
        "nRows=2",
        "nColumns=2",
        "inDegrees=yes",
        "",
        "Units are S.I. units (second, meters, Newtons, ...)",
        "If the header above contains a line with 'inDegrees', this indicates whether rotational "
        "values are in degrees (yes) or radians (no).",
        "A remark.",
        "",
        "endheader",
        "time\tknee_angle_r",
        "0.00000000\t0.00000000",
        "0.25000000\t-90.00000000",
        "",
    ]


@pytest.mark.parametrize("rate_hz", [30, 29.97, 100])
def test_reads_back_equal_through_the_maps_that_users_have(tmp_path, root, rate_hz):
    random = np.random.default_rng(0)
    waves = 0.2 * np.sin(np.arange(200)[:, None] / 20 + random.uniform(0, 6, 34))
    angles = (waves - 0.2).astype(np.float32)
    path = tmp_path / "trial.mot"
    write_joint_angles(path, dict(zip(JOINT_NAMES, angles.T, strict=True)), rate_hz)
    reading = reading_with((root / "resources/coordinate_maps").glob("*.yaml"), INGEST)
    motion = read_recording(path, {}, reading)
    assert motion.map_name == "biomechgpt34"
    assert motion.notes == []
    assert motion.frame_rate_hz == pytest.approx(rate_hz, rel=1e-6)
    np.testing.assert_allclose(motion.frames[:, 7:], angles, rtol=0, atol=HALF_A_DIGIT_RAD)
    assert np.isnan(motion.frames[:, :7]).all()  # nothing is said of the pelvis


def test_counts_in_the_header_agree_with_the_table(tmp_path):
    path = tmp_path / "two.mot"
    write_joint_angles(path, {"a": np.zeros(5), "b": np.ones(5)}, 30)
    raw = read_motion(path)
    assert raw.notes == []
    assert raw.unit == "deg"
    np.testing.assert_allclose(np.diff(raw.time_s), 1 / 30, atol=1e-8)
