"""Readers of motion files: each gives the columns of a file as they stand in it."""

import logging
import os.path
from pathlib import Path

from biomechgpt.recordings.readers.bvh import read_bvh
from biomechgpt.recordings.readers.c3d_angles import read_c3d
from biomechgpt.recordings.readers.mvnx import read_mvnx
from biomechgpt.recordings.readers.npz import read_npy, read_npz
from biomechgpt.recordings.readers.opensim import read_opensim
from biomechgpt.recordings.readers.point_tables import read_trc
from biomechgpt.recordings.readers.pose_json import read_pose_folder, read_pose_json
from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion, Segments
from biomechgpt.recordings.readers.tabular import read_csv, read_parquet
from biomechgpt.recordings.readers.titles import check_file_name
from biomechgpt.recordings.readers.visual3d import read_visual3d

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
    ".mvnx": read_mvnx,
    ".txt": read_visual3d,
}

# What else a laboratory may have, and what of it is a motion file.
OTHER_FORMATS = {
    ".mvn": "Xsens MVN's own; export the recording as .mvnx, with joint angles",
    ".fbx": "an animated scene; export the skeleton as .bvh",
    ".cmo": "a Visual3D workspace; export the joint angles as ASCII, .txt",
    ".cmz": "a Visual3D workspace; export the joint angles as ASCII, .txt",
    ".b3d": "an AddBiomechanics archive; export the trial as .mot",
    ".mat": "MATLAB; write a table of joint angles with writetable(..., 'x.csv')",
    ".zip": "an archive; import_session.py unpacks and reads one of OpenCap or Pose2Sim",
    ".tsv": "Qualisys or another table; save it as .csv",
    ".xlsx": "a spreadsheet; save it as .csv, or export .mvnx where it is Xsens MVN's",
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
