"""Readers of motion files: each gives the columns of a file as they stand in it."""

import logging
import os.path
from pathlib import Path

from biomechgpt.recordings.readers.bvh import read_bvh
from biomechgpt.recordings.readers.c3d_angles import read_c3d
from biomechgpt.recordings.readers.npz import read_npy, read_npz
from biomechgpt.recordings.readers.opensim import read_opensim
from biomechgpt.recordings.readers.point_tables import read_trc
from biomechgpt.recordings.readers.pose_json import read_pose_folder, read_pose_json
from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion, Segments
from biomechgpt.recordings.readers.tabular import read_csv, read_parquet
from biomechgpt.recordings.readers.titles import check_file_name

__all__ = ["READERS", "MotionError", "Note", "RawMotion", "Segments", "read_motion"]

log = logging.getLogger(__name__)

READERS = {
    ".mot": read_opensim,
    ".sto": read_opensim,
    ".npz": read_npz,
    ".npy": read_npy,
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".bvh": read_bvh,
    ".c3d": read_c3d,
    ".trc": read_trc,
    ".json": read_pose_json,
}

# What else a laboratory may have, and what of it is a motion file.
OTHER_FORMATS = {
    ".mvnx": "Xsens MVN; export the joint angles as .csv or .c3d, or run OpenSense for a .mot file",
    ".fbx": "an animated scene; export the skeleton as .bvh",
    ".txt": "text such as Visual3D writes; export the joint angles as .csv with one row of names, or .c3d",
    ".b3d": "an AddBiomechanics archive; export the trial as .mot",
    ".mat": "MATLAB; write a table of joint angles with writetable(..., 'x.csv')",
    ".zip": "an archive; unpack it and name a file of it",
    ".tsv": "Qualisys or another table; save it as .csv",
    ".xlsx": "a spreadsheet; save it as .csv",
    ".pkl": "a Python pickle, which may run code; save arrays as .npz or a table as .parquet",
    ".osim": "a model; name the motion (.mot, .sto) that was computed with it",
    ".glb": "an animated scene; export the skeleton as .bvh",
}


def read_motion(path: Path) -> RawMotion:
    """Read a motion file by its extension, or a folder of poses; columns and units are as in the file.

    Raises:
        MotionError: `missing_file`, `unknown_format`, `unreadable`, `one_row`, `not_motion`,
            `several_recordings` or `image_coordinates`.
    """
    path = Path(path)
    is_folder = os.path.isdir(path)
    reader = read_pose_folder if is_folder else READERS.get(path.suffix.lower())
    if not is_folder and not os.path.isfile(path):  # also where the name is longer than any file's
        raise MotionError("missing_file", f"{path} is no file; check column 'file' of trials.tsv")
    if reader is None:
        known, what = ", ".join(READERS), OTHER_FORMATS.get(path.suffix.lower())
        hint = f" ({what})" if what else ""
        raise MotionError("unknown_format", f"'{path.suffix}'{hint} is none of the formats {known}")
    check_file_name(path.stem)
    try:
        return reader(path)
    except MotionError:
        raise
    except Exception as error:  # whatever a damaged file provokes, the other files go on
        log.exception("%s cannot be read", path)
        raise MotionError("unreadable", f"the file cannot be read: {error!r}") from error
