"""Files whose claims, or whose packing, are out of all proportion to their size."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biomechgpt.recordings.readers import MotionError, read_motion
from tests.helpers.bombs import archive, npy, npy_that_claims, parquet_of_zeros
from tests.helpers.motion_files import gait, ingest, mot, rows

WIDE = "\t".join(f"c{k}" for k in range(9_000)) + "\n" + "\t".join(["1"] * 9_000) + "\n"
CHAIN = "".join(
    f"JOINT j{k}\n{{\nOFFSET 0 1 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
    for k in range(3_000)
)
BVH = f"HIERARCHY\nROOT a\n{{\n{CHAIN}MOTION\nFrames: 9\n"
STIFF = f"HIERARCHY\nROOT a\n{{\nCHANNELS 1 Xrotation\n{CHAIN}MOTION\nFrames: 9\n"
STIFF = STIFF.replace("CHANNELS 3 Zrotation Xrotation Yrotation\n", "")


FRAMES = "1\n" * 300_000
BOMBS = {
    "zeros.npz": (lambda: archive({"q_a.npy": npy(np.zeros(20_000_000))}), "would unpack"),
    "claim.npz": (lambda: archive({"q_a.npy": npy_that_claims((10**12,))}), "claims 8000000000000 bytes"),
    "many.npz": (lambda: archive({f"q_{k}.npy": b"" for k in range(10_001)}), "10001 columns"),
    "zeros.parquet": (lambda: parquet_of_zeros(6_000_000, "zstd"), "would unpack"),
    "wide.csv": (lambda: (WIDE + FRAMES).encode(), "would unpack"),
    "wide.mot": (lambda: ("endheader\n" + WIDE + FRAMES).encode(), "would unpack"),
    "wide.bvh": (lambda: (BVH + "Frame Time: 0.01\n" + FRAMES).encode(), "would unpack"),
    "stiff.bvh": (lambda: (STIFF + "Frame Time: 0.01\n" + FRAMES).encode(), "would unpack"),
    "names.csv": (
        lambda: WIDE.replace("c1\t", "c1\t" * 2_000).replace("1\n", "1\t" * 2_000).encode(),
        "",
    ),
}  # fmt: skip


def memory_mb(which: str) -> float:
    """VmRSS, what this process holds now, or VmHWM, the most since `forget_peak`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1024


def forget_peak() -> None:
    """Else the making of a bomb, or an earlier test, would hide what reading it takes."""
    Path("/proc/self/clear_refs").write_text("5")


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, name):
    make, words = BOMBS[name]
    path = tmp_path / name
    path.write_bytes(make())
    forget_peak()
    before_mb = memory_mb("VmRSS")
    with pytest.raises(MotionError, match=f"unreadable.*{words}"):
        read_motion(path)
    assert memory_mb("VmHWM") - before_mb < 100


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


def test_thousands_of_joints_inside_one_another_are_read(tmp_path):
    row = " ".join(["1"] * 9_000) + "\n"
    (tmp_path / "a.bvh").write_text(BVH + "Frame Time: 0.01\n" + row + row)
    assert len(read_motion(tmp_path / "a.bvh").columns) >= 9_000


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
