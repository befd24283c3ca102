"""What the player is given: joint centres, packed numbers, the place of tokens and curves."""

import base64

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.mirror import mirrored
from biomechgpt.report.movement_page.skeleton import (
    DRAWN,
    POINTS,
    joint_centres,
    motion,
    packed,
)

RANDOM = np.random.default_rng(3)
ANGLES = RANDOM.uniform(-0.6, 0.6, (40, 34))


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<i2")


def test_bones_keep_their_length_in_every_frame():
    centres = joint_centres(ANGLES)
    for start, end in DRAWN:
        bone = centres[:, POINTS.index(start)] - centres[:, POINTS.index(end)]
        length = np.linalg.norm(bone, axis=1)
        np.testing.assert_allclose(length, length[0], atol=1e-9)
        assert length[0] > 0.05


def test_mirrored_motion_is_the_mirror_image():
    centres, other = joint_centres(ANGLES), joint_centres(mirrored(ANGLES))
    swapped = [POINTS.index(p[:-1] + {"r": "l", "l": "r"}[p[-1]] if p[-2] == "_" else p)
               for p in POINTS]  # fmt: skip
    np.testing.assert_allclose(other, centres[:, swapped] * [1, 1, -1], atol=1e-9)


def test_the_lower_foot_is_on_the_floor_and_the_hips_stay_in_place():
    centres = joint_centres(ANGLES)
    feet = [POINTS.index(f"{part}_{side}") for part in ("heel", "toe") for side in "rl"]
    np.testing.assert_allclose(centres[:, feet, 1].min(axis=1), 0, atol=1e-12)
    hips = centres[:, [POINTS.index("hip_r"), POINTS.index("hip_l")]]
    np.testing.assert_allclose(hips[:, :, 0], 0, atol=1e-12)
    np.testing.assert_allclose(hips[:, 0, 2], -hips[:, 1, 2], atol=1e-12)


def test_standing_still_has_known_heights():
    """Sums of the model's offsets: floor to toe joint, heel, ankle, knee, hip, lumbar, neck, head."""
    still = dict(zip(POINTS, joint_centres(np.zeros((1, 34)))[0], strict=True))
    toe = 0.0468448 + 0.00213104
    heights = {"toe_r": 0.0, "heel_l": 0.00213104, "ankle_r": toe, "knee_l": toe + 0.480173}
    heights |= {"hip_r": toe + 0.480173 + 0.365545}
    heights |= {"lumbar": heights["hip_r"] + 0.0674914 + 0.0832155}
    heights |= {"neck": heights["lumbar"] + 0.48, "head": heights["lumbar"] + 0.73}
    for name, height in heights.items():
        assert still[name][1] == pytest.approx(height, abs=1e-9), name
    assert still["hip_r"][2] == pytest.approx(0.0852576)


def test_positions_are_whole_millimetres_frame_by_frame():
    player_data = motion({"a": ANGLES, "b": np.zeros((40, 34))}, 30)
    assert player_data["n_frames"] == 40
    positions = unpacked(player_data["takes"][0]["positions"]).reshape(40, len(POINTS), 3)
    np.testing.assert_allclose(positions / 1000, joint_centres(ANGLES), atol=0.00051)
    assert [take["name"] for take in player_data["takes"]] == ["a", "b"]


def test_numbers_beyond_the_range_stop_at_its_end():
    assert unpacked(packed(np.array([1e9, -1e9, 1.6]))).tolist() == [32767, -32768, 2]


@pytest.mark.parametrize(
    ("rate_hz", "step", "n_frames"),
    [(30, 1, 41), (25, 1, 41), (60, 2, 21), (100, 4, 11), (31, 2, 21)],
)
def test_no_more_than_30_frames_a_second_are_carried(rate_hz, step, n_frames):
    player_data = motion({"a": np.zeros((41, 34))}, rate_hz, range(10), 4)
    assert player_data["frame_rate_hz"] == pytest.approx(rate_hz / step)
    assert player_data["frame_rate_hz"] <= 30
    assert (player_data["frame_step"], player_data["n_frames"]) == (step, n_frames)
    assert (player_data["frames_per_token"], player_data["tokens"]) == (4, list(range(10)))


def test_curves_stand_under_one_name_for_both_sides_in_tenths_of_a_degree():
    player_data = motion(
        {"a": ANGLES, "b": ANGLES + 0.1}, 30, hidden=["mtp_angle_r", "mtp_angle_l"]
    )
    joints = {joint["name"]: joint["lines"] for joint in player_data["joints"]}
    assert "toe extension" not in joints
    knee = {
        (line["side"], line["take"]): unpacked(line["values"]) for line in joints["knee flexion"]
    }
    assert set(knee) == {(side, take) for side in ("right", "left") for take in (0, 1)}
    left = -np.rad2deg(ANGLES[:, JOINT_NAMES.index("knee_angle_l")])  # flexion is drawn upwards
    np.testing.assert_allclose(knee["left", 0] / 10, left, atol=0.051)
    assert [line["side"] for line in joints["lumbar extension"]] == ["middle", "middle"]


def test_what_is_not_recorded_rests_in_all_takes_and_is_marked():
    unknown = ["neck_extension", "arm_flex_l", "elbow_flex_l", "hip_rotation_r"]
    holes = ANGLES.copy()
    holes[:, [JOINT_NAMES.index(name) for name in unknown]] = np.nan
    player_data = motion({"recorded": holes, "decoded": ANGLES}, 30, unknown=unknown)
    marked = {POINTS[bone["to"]] for bone in player_data["bones"] if not bone["known"]}
    assert marked == {"head", "elbow_l", "wrist_l"}
    assert player_data["takes"][0]["positions"] == player_data["takes"][1]["positions"]
    lines = {joint["name"]: joint["lines"] for joint in player_data["joints"]}
    assert "neck extension" not in lines
    assert {line["side"] for line in lines["shoulder flexion"]} == {"right"}
