"""Small files that claim to hold, or unpack to, far more than they are."""

import io
import zipfile

import numpy as np
import pandas as pd

LEGS = ("hip_flexion_r", "hip_flexion_l", "knee_angle_r", "knee_angle_l")


def archive(members: dict[str, bytes]) -> bytes:
    """A compressed ZIP archive, the same bytes at any time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    """A member of an `.npz` archive."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def npy_that_claims(shape: tuple[int, ...]) -> bytes:
    """A member whose header announces that shape and that holds ten numbers."""
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + bytes(80)


def parquet_of_zeros(n_rows: int, compression: str = "snappy") -> bytes:
    """A few kilobytes with four columns of so many zeros."""
    buffer = io.BytesIO()
    zeros = np.zeros(n_rows, np.float32)
    pd.DataFrame(dict.fromkeys(LEGS, zeros)).to_parquet(buffer, compression=compression)
    return buffer.getvalue()
