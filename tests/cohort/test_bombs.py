"""Files whose claims, or whose packing, are out of all proportion to their size."""

import io
import resource
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from motion_files import gait, ingest, mot, rows

from biomechgpt.cohort.readers import MotionError, read_motion


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def claiming(shape: tuple) -> bytes:
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + bytes(80)


def zeros_parquet() -> bytes:
    buffer = io.BytesIO()
    names = ("hip_flexion_r", "knee_angle_r", "hip_flexion_l", "knee_angle_l")
    zeros = np.zeros(3_000_000, np.float32)
    pd.DataFrame(dict.fromkeys(names, zeros)).to_parquet(buffer, compression="zstd")
    return buffer.getvalue()


WIDE = "\t".join(f"c{k}" for k in range(9_000)) + "\n" + "\t".join(["1"] * 9_000) + "\n"
BVH = "HIERARCHY\nROOT a\n{\nCHANNELS 9000 " + "Xrotation " * 9_000 + "\n}\nMOTION\nFrames: 9\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("zeros.npz", archive({"q_a.npy": npy(np.zeros(20_000_000))}), "would unpack"),
        ("claim.npz", archive({"q_a.npy": claiming((10**12,))}), "claims 8000000000000 bytes"),
        ("many.npz", archive({f"q_{k}.npy": b"" for k in range(10_001)}), "10001 columns"),
        ("zeros.parquet", zeros_parquet(), "would unpack"),
        ("wide.csv", WIDE + "1\n" * 300_000, "would unpack"),
        ("wide.mot", "endheader\n" + WIDE + "1\n" * 300_000, "would unpack"),
        ("wide.bvh", BVH + "Frame Time: 0.01\n" + "1\n" * 300_000, "would unpack"),
        ("names.csv", WIDE.replace("c1\t", "c1\t" * 2_000).replace("1\n", "1\t" * 2_000), ""),
    ],
)
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(MotionError, match=f"unreadable.*{words}"):
        read_motion(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 300_000


def test_recordings_that_pack_well_are_read(tmp_path):
    columns = gait(3_000)
    columns |= {f"locked_{k}": np.zeros(3_000) for k in range(60)}
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer, compression="zstd")
    assert len(ingest(tmp_path, "a.parquet", buffer.getvalue()).frames) == 3_000
    spaced = rows(gait(), ",", "\r\n\r\n\r\n")
    assert len(ingest(tmp_path, "a.csv", spaced).frames) == 200


def test_a_member_that_is_no_array_is_left_alone(tmp_path):
    angles = {f"q_{n}": np.radians(v) for n, v in gait(30, 500, -1).items() if n != "time"}
    content = archive({f"{n}.npy": npy(v) for n, v in angles.items()} | {"README": b"x"})
    assert len(ingest(tmp_path, "a.npz", content).frames) == 30


def test_many_joints_take_time_in_proportion(tmp_path):
    joints = "".join(
        f"JOINT j{k}\n{{\nOFFSET 0 1 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        for k in range(3_000)
    )
    text = f"HIERARCHY\nROOT a\n{{\n{joints}{'}' * 0}MOTION\nFrames: 2\nFrame Time: 0.01\n"
    row = " ".join(["1"] * 9_000) + "\n"
    (tmp_path / "a.bvh").write_text(text + row + row)
    start = time.process_time()
    assert len(read_motion(tmp_path / "a.bvh").columns) >= 9_000
    assert time.process_time() - start < 20


@pytest.mark.parametrize("step", [1e-7, 2.0, 1e12, 5e-324])
def test_times_in_no_unit_of_a_movement_are_refused(tmp_path, step):
    columns = gait()
    text = mot(columns).split("endheader\n")
    head, *lines = text[1].splitlines()
    timed = [f"{k * step!r}\t" + line.split("\t", 1)[1] for k, line in enumerate(lines)]
    content = text[0] + "endheader\n" + "\n".join([head, *timed]) + "\n"
    assert ingest(tmp_path, "a.mot", content).problems() == ["no_frame_rate"]


def test_a_position_beyond_32_bits_is_a_gap(tmp_path):
    columns = gait()
    columns["pelvis_tx"][:] = 1e39
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert not np.isinf(outcome.frames).any()
    assert "spikes" in outcome.problems()
