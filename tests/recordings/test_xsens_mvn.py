"""Xsens MVN's .mvnx: the joint angles, their signs and times, and files that hold none."""

import numpy as np
import pytest

from tests.helpers.motion_files import gait, ingest
from tests.helpers.session_files import mvn_angles, mvnx

WALK = gait(120, 60)


def refusal(outcome, problem: str) -> str:
    assert outcome.problems() == [problem]
    return outcome.issues[0].detail


def test_the_angles_and_signs_are_those_of_the_body(tmp_path):
    outcome = ingest(tmp_path, "a.mvnx", mvnx(mvn_angles(WALK)))
    assert outcome.info["coordinate_map"] == "xsens_mvn"
    assert outcome.info["frame_rate_hz"] == pytest.approx(60)
    for side in "rl":
        np.testing.assert_allclose(
            outcome.angle_deg(f"knee_angle_{side}"), -WALK[f"knee_angle_{side}"], atol=1e-3
        )
        for name in ("hip_flexion", "hip_adduction", "hip_rotation", "ankle_angle", "elbow_flex"):
            np.testing.assert_allclose(
                outcome.angle_deg(f"{name}_{side}"), WALK[f"{name}_{side}"], atol=1e-3
            )
    for name in ("lumbar_extension", "lumbar_bending", "lumbar_rotation"):
        np.testing.assert_allclose(outcome.angle_deg(name), WALK[name], atol=1e-3)
    assert np.isnan(outcome.angle_deg("arm_flex_r")).all()
    assert np.isnan(outcome.angle_deg("neck_extension")).all()


def test_frames_that_were_dropped_leave_a_gap_in_time(tmp_path):
    numbers = [*range(60), *range(66, 126)]
    outcome = ingest(tmp_path, "a.mvnx", mvnx(mvn_angles(WALK), numbers=numbers))
    assert outcome.time_s[-1] == pytest.approx(125 / 60)
    hip = outcome.angle_deg("hip_flexion_r")
    before, after = hip[outcome.time_s < 0.99], hip[outcome.time_s > 1.095]
    np.testing.assert_allclose(before[-1], WALK["hip_flexion_r"][59], atol=1e-3)
    np.testing.assert_allclose(after[0], WALK["hip_flexion_r"][60], atol=1e-3)


def test_a_frame_without_angles_is_a_gap(tmp_path):
    text = mvnx(mvn_angles(WALK))
    start = text.index("<jointAngle>", text.index('index="50"'))
    end = text.index("</jointAngle>", start)
    outcome = ingest(tmp_path, "a.mvnx", text[:start] + "<jointAngle>" + text[end:])
    missing = np.isnan(outcome.angle_deg("hip_flexion_r"))
    assert missing.tolist() == [index == 50 for index in range(120)]


def test_legs_without_sensors_are_no_straight_legs(tmp_path):
    joints = mvn_angles(WALK)
    legs = [name for name in joints if name.endswith(("Hip", "Knee", "Ankle"))]
    upper_body = joints | {name: np.zeros((120, 3)) for name in legs}
    assert "known joint angles" in refusal(
        ingest(tmp_path, "a.mvnx", mvnx(upper_body)), "not_motion"
    )


def test_two_people_are_refused(tmp_path):
    content = mvnx(mvn_angles(WALK), subjects=2)
    assert "2 subjects" in refusal(ingest(tmp_path, "a.mvnx", content), "several_recordings")


def test_without_joint_angles_the_file_says_what_to_tick(tmp_path):
    content = mvnx(mvn_angles(WALK)).replace("jointAngle>", "jointAngleErgo>")
    assert "tick Joint Angles" in refusal(ingest(tmp_path, "a.mvnx", content), "not_motion")


def test_without_a_rate_the_table_must_say_it(tmp_path):
    content = mvnx(mvn_angles(WALK)).replace('frameRate="60"', 'frameRate="fast"')
    assert "frame_rate_hz" in refusal(ingest(tmp_path, "a.mvnx", content), "no_frame_rate")
    outcome = ingest(tmp_path / "told", "a.mvnx", content, frame_rate_hz="120")
    assert outcome.info["frame_rate_hz"] == pytest.approx(120)


BOMB = (
    '<!DOCTYPE m [<!ENTITY a "' + "x" * 100_000 + '">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 50}">' for old, new in zip("abcd", "bcde", strict=True))
    + "]><mvnx><comment>&e;</comment></mvnx>"
)  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "problem", "words"),
    [
        (lambda text: text[: len(text) // 2], "unreadable", "no whole XML"),
        (lambda text: text.replace("<jointAngle>", "<jointAngle>1 ", 5), "unreadable", "frame 1"),
        (
            lambda text: text.replace("<jointAngle>", "<jointAngle>x ", 5),
            "unreadable",
            "66 numbers",
        ),
        (lambda text: text.replace('type="normal"', 'type="tpose"'), "not_motion", "joint angles"),
        (lambda text: "", "unreadable", "no whole XML"),
        (lambda text: BOMB, "unreadable", "no whole XML"),
    ],
)
def test_damaged_files_are_refused_with_a_reason(tmp_path, damage, problem, words):
    content = damage(mvnx(mvn_angles(WALK)))
    assert words in refusal(ingest(tmp_path, "a.mvnx", content), problem)
