"""ASCII exports of Visual3D, and of Theia's angles: sagittal angles, either sign of the knee, time."""

import numpy as np
import pytest

from tests.helpers.c3d_files import c3d_file
from tests.helpers.motion_files import gait, ingest
from tests.helpers.session_files import sagittal, visual3d

WALK = gait(150, 100)
THEIA = "{side}{joint}Angles_Theia"


def refusal(outcome, problem: str) -> str:
    assert outcome.problems() == [problem]
    return outcome.issues[0].detail


def check(outcome, map_name: str) -> None:
    assert outcome.info["coordinate_map"] == map_name
    assert outcome.info["frame_rate_hz"] == pytest.approx(100)
    for side in "rl":
        for name, sign in (("hip_flexion", 1), ("knee_angle", -1), ("ankle_angle", 1)):
            np.testing.assert_allclose(
                outcome.angle_deg(f"{name}_{side}"), sign * WALK[f"{name}_{side}"], atol=1e-3
            )
        assert np.isnan(outcome.angle_deg(f"hip_adduction_{side}")).all()


@pytest.mark.parametrize(
    "name", [THEIA, "{side} {joint} Angles", "{side}_{joint}_Angle", "{side}{joint}Angle"]
)
@pytest.mark.parametrize(
    ("knee", "map_name"), [(1, "visual3d_knee_flexion"), (-1, "visual3d_knee_extension")]
)
def test_flexion_is_read_whatever_the_sign_of_the_knee(tmp_path, name, knee, map_name):
    content = visual3d(sagittal(WALK, name, knee), WALK["time"])
    check(ingest(tmp_path, "a.txt", content), map_name)


def test_without_the_signal_time_the_table_must_say_the_rate(tmp_path):
    content = visual3d(sagittal(WALK, THEIA))
    assert "frame_rate_hz" in refusal(ingest(tmp_path, "a.txt", content), "no_frame_rate")
    outcome = ingest(tmp_path / "told", "a.txt", content, frame_rate_hz="100")
    check(outcome, "visual3d_knee_flexion")


def test_the_same_angles_in_a_c3d_file_are_read_too(tmp_path):
    content = c3d_file(sagittal(WALK, THEIA))
    check(ingest(tmp_path, "a.c3d", content), "visual3d_knee_flexion")


def test_recordings_side_by_side_are_refused_and_named(tmp_path):
    first_file, second_file = (
        visual3d(sagittal(WALK, THEIA), source=source).split("\r\n")
        for source in ("a.c3d", "b.c3d")
    )
    rows = [
        first + "\t" + second.split("\t", 1)[1]
        for first, second in zip(first_file[:-1], second_file[:-1], strict=True)
    ]
    detail = refusal(ingest(tmp_path, "a.txt", "\n".join([*rows, ""])), "several_recordings")
    assert "2 recordings" in detail
    assert "a.c3d, b.c3d" in detail


@pytest.mark.parametrize(
    ("content", "problem", "words"),
    [
        ("Dear all,\nplease\nfind\nthe\nangles\n", "unreadable", "fifth row begins with ITEM"),
        ("", "unreadable", "fifth row begins with ITEM"),
        (visual3d({"FP1": np.ones((9, 3))}), "not_motion", "called an angle"),
        (visual3d(sagittal(WALK, THEIA)).replace("\tORIGINAL", "", 1), "unreadable", "equally long"),
        ("\r\n".join(visual3d(sagittal(WALK, THEIA)).split("\r\n")[:5]), "one_row", "two rows"),
    ],
)  # fmt: skip
def test_other_texts_are_refused_with_a_reason(tmp_path, content, problem, words):
    assert words in refusal(ingest(tmp_path, "a.txt", content), problem)
