"""Files that are damaged, huge in their claims, or made to do harm: each is one rejected line."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biomechgpt.recordings.readers import MotionError, read_motion
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.motion_files import INGEST, MAPS, gait, ingest, mot, rows
from tests.helpers.skeleton_files import bvh

READING = reading_with(MAPS, INGEST)


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def parquet(columns: dict) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", ["mot", "sto", "csv", "bvh", "npz", "parquet", "c3d"])
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"PK\x03\x04 no archive", b"\xff\xfe\n" * 9]
)
def test_content_that_is_no_motion_is_unreadable(tmp_path, suffix, content):
    assert ingest(tmp_path, f"a.{suffix}", content).problems() == ["unreadable"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("gone.mot", None, "missing_file"),
        ("notes.docx", b"x", "unknown_format"),
        ("no_suffix", b"x", "unknown_format"),
        ("header.mot", "Coordinates\n" * 500_000, "unreadable"),
        ("line.mot", b"x" * 5_000_000, "unreadable"),
        ("no_end.mot", "nRows=3\ntime\ta\n0\t1\n", "unreadable"),
        ("no_rows.mot", "nRows=99999999999\nendheader\ntime\thip_flexion_r\n", "unreadable"),
        ("words.mot", mot(gait()).replace("\t8.", "\teight", 1), "unreadable"),
        ("labels.csv", "trial,label\na,x\nb,y\n", "not_motion"),
        (
            "frames.bvh",
            bvh({}).replace("Frame Time:\t0.0166667", "Frame Time:\t0"),
            "no_frame_rate",
        ),
        ("short.bvh", bvh({}).replace("CHANNELS 3", "CHANNELS 3 Wrotation", 1), "unreadable"),
    ],
)
def test_each_has_its_own_reason(tmp_path, name, content, problem):
    assert ingest(tmp_path, name, content).problems() == [problem]


def test_an_arm_turned_twice_is_left_out_and_the_rest_stays(tmp_path):
    columns = gait()
    columns["arm_rot_r"] = np.linspace(0, 500, 200)
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert np.isnan(outcome.angle_deg("arm_rot_r")).all()
    assert np.isfinite(outcome.angle_deg("arm_flex_r")).all()
    detail = next(i for i in outcome.issues if i.problem == "joint_out_of_range").detail
    assert detail.endswith("left out: arm_rot_r")


def test_pickled_objects_are_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("executed",))

    content = npz(q_hip_flexion_r=np.array([Evil(), Evil()], dtype=object))
    assert ingest(tmp_path, "a.npz", content).problems() == ["unreadable"]


def test_a_row_never_shifts(tmp_path):
    text = mot(gait())
    lines = text.splitlines()
    cells = lines[40].split("\t")
    for row in (cells[:-1], [*cells, "1.0"], cells[:3]):
        damaged = "\n".join([*lines[:40], "\t".join(row), *lines[41:]])
        assert ingest(tmp_path, "a.mot", damaged).problems() == ["unreadable"]
    spaces = [line.replace("\t", " ") for line in lines]
    spaces[40] = " ".join(cells[:5] + cells[6:])
    assert ingest(tmp_path, "b.mot", "\n".join(spaces)).problems() == ["unreadable"]


def test_an_empty_cell_is_a_gap_and_a_torn_last_row_is_dropped(tmp_path):
    lines = mot(gait()).splitlines()
    cells = lines[40].split("\t")
    knee = next(line for line in lines if line.startswith("time")).split("\t").index("knee_angle_r")
    cells[knee] = ""
    lines[40] = "\t".join(cells)
    lines[-1] = lines[-1][:50]
    outcome = ingest(tmp_path, "a.mot", "\n".join(lines))
    assert np.isnan(outcome.angle_deg("knee_angle_r")).sum() == 1
    assert len(outcome.frames) == 199
    assert "torn_row" in outcome.problems()


def test_sentinels_and_infinities_become_gaps(tmp_path):
    columns = gait()
    columns["knee_angle_r"][50] = -9999
    columns["hip_flexion_l"][60] = np.inf
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert "spikes" in outcome.problems()
    assert np.isnan(outcome.angle_deg("knee_angle_r")).sum() == 1
    assert not np.isinf(outcome.frames).any()


@pytest.mark.parametrize("sentinel", [-9999, 99999, 1e300])
def test_a_column_of_sentinels_alone_is_missing(tmp_path, sentinel):
    columns = gait() | {"knee_angle_r": np.full(200, sentinel)}
    outcome = ingest(tmp_path, "a.mot", mot(columns), coordinate_map="opensim_rajagopal")
    assert outcome.problems() == ["too_few_joints"]
    assert "without knee_angle_r" in outcome.issues[0].detail
    columns = gait() | {"arm_flex_r": np.where(np.arange(200) < 80, sentinel, 5.0)}
    outcome = ingest(tmp_path, "b.mot", mot(columns))
    assert np.nanmax(np.abs(outcome.angle_deg("arm_flex_r"))) == pytest.approx(5, abs=1e-3)


def test_a_pause_in_the_time_column_is_a_gap(tmp_path):
    columns = gait()
    columns["time"][100:] += 3.0
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    gap = np.flatnonzero(np.isnan(outcome.angle_deg("knee_angle_r")))
    assert gap.tolist() == [100]
    assert outcome.info["frame_rate_hz"] == pytest.approx(100)
    assert outcome.time_s[101] - outcome.time_s[99] == pytest.approx(3.01)


def test_locomujoco_rate_is_taken_from_its_source_and_checked_by_its_velocities(tmp_path):
    columns = {f"q_{n}": np.radians(v) for n, v in gait(500, 500, -1).items() if n != "time"}
    speeds = {f"d{n}": np.gradient(v, 1 / 500) for n, v in columns.items()}
    outcome = ingest(tmp_path, "a.npz", npz(**columns, **speeds))
    assert outcome.info["frame_rate_hz"] == pytest.approx(500)
    assert "rate_assumed" in outcome.problems()
    slow = {n: v / 5 for n, v in speeds.items()}
    assert ingest(tmp_path, "b.npz", npz(**columns, **slow)).problems() == ["no_frame_rate"]
    told = ingest(tmp_path, "b.npz", None, frame_rate_hz="100")
    assert told.info["frame_rate_hz"] == pytest.approx(100)


def test_csv_without_time_needs_a_rate(tmp_path):
    columns = {n: v for n, v in gait().items() if n != "time"}
    assert ingest(tmp_path, "a.csv", rows(columns, ",")).problems() == ["no_frame_rate"]
    assert len(ingest(tmp_path, "a.csv", None, frame_rate_hz="100").frames) == 200


def test_semicolons_and_decimal_commas(tmp_path):
    outcome = ingest(tmp_path, "a.csv", rows(gait(), ";").replace(".", ","))
    np.testing.assert_allclose(outcome.angle_deg("elbow_flex_r"), gait()["elbow_flex_r"], atol=1e-3)


def test_parquet(tmp_path):
    outcome = ingest(tmp_path, "a.parquet", parquet(gait() | {"remark": ["x"] * 200}))
    np.testing.assert_allclose(outcome.angle_deg("elbow_flex_r"), gait()["elbow_flex_r"], atol=1e-3)


SOURCES = {
    "mot": mot(gait(n_frames=30)).encode(),
    "csv": rows(gait(n_frames=30), ",").encode(),
    "bvh": bvh({}, n_frames=30).encode(),
    "npz": npz(**{f"q_{n}": np.radians(v) for n, v in gait(30, 500, -1).items()}),
    "parquet": parquet(gait(n_frames=30)),
}
TOKENS = [b"", b"\t", b"\n", b",", b"nan", b"inf", b"1e400", b"endheader", b'"', b"\0", b"-"]


@settings(max_examples=150, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.data())
def test_damaged_files_are_read_or_rejected_and_nothing_else(tmp_path, data):
    suffix = data.draw(st.sampled_from(sorted(SOURCES)))
    content = bytearray(SOURCES[suffix])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.sampled_from(TOKENS))
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    try:
        motion = read_recording(path, {}, READING)
    except MotionError:
        return
    assert motion.frames.shape == (len(motion.time_s), 41)
    assert (np.diff(motion.time_s) > 0).all()
    assert not np.isinf(motion.frames).any()


@pytest.mark.slow
def test_ten_minutes_at_500_hz(tmp_path):
    columns = gait(n_frames=300_000, rate_hz=500)
    (tmp_path / "long.mot").write_text(mot(columns))
    raw = read_motion(tmp_path / "long.mot")
    assert len(raw.columns["knee_angle_r"]) == 300_000
