"""How fast a folder of OpenPose frames becomes joint angles, beside opening and parsing its files alone.

    python -m benchmarks.pose_folder --frames 10000 --repeats 3

The frames are those that OpenPose writes with `--3d --hand --face`: the body of a made-up walk, and empty
lists. The first pass warms the file system's cache; medians of processor time, the sides take turns.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.shared import processor_seconds
from biomechgpt.recordings.readers import read_motion
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.joint_centre_files import joint_centres, walk
from tests.helpers.motion_files import INGEST, SKELETONS

EMPTY = ("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d")
ROW = {"skeleton": "body25", "frame_rate_hz": "30"}


def write_folder(folder: Path, n_frames: int) -> None:
    """A file a frame, with 25 points in two and in three dimensions."""
    points = np.stack(list(joint_centres("body25", *walk(30, n_frames)).values()), axis=1)
    seen = np.full((*points.shape[:2], 1), 0.87)
    for number, frame in enumerate(np.concatenate([points, seen], axis=2).round(6)):
        person = {"person_id": [-1], "pose_keypoints_2d": frame[:, [0, 1, 3]].ravel().tolist()}
        person |= {name: [] for name in EMPTY} | {"pose_keypoints_3d": frame.ravel().tolist()}
        text = json.dumps({"version": 1.3, "people": [person]})
        (folder / f"walk_{number:012d}_keypoints.json").write_text(text)


def parse_alone(folder: Path) -> int:
    """Open and parse each file; the number of them."""
    return sum(bool(json.loads(path.read_bytes())) for path in folder.glob("*.json"))


def main() -> None:
    """Parse the arguments and print a line for each side."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    reading = reading_with(SKELETONS, INGEST)
    sides: dict[str, Callable] = {
        "files opened and parsed alone": parse_alone,
        "columns of points": read_motion,
        "joint angles": lambda folder: read_recording(folder, ROW, reading),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(folder, args.frames)
        assert parse_alone(folder) == len(sides["joint angles"](folder).frames) == args.frames
        rounds = [
            [processor_seconds(side, folder) for side in sides.values()]
            for _ in range(args.repeats)
        ]
    print(f"{args.frames} frames, a file each, load {os.getloadavg()[0]:.1f}")
    for side, seconds in zip(sides, zip(*rounds, strict=True), strict=True):
        print(f"{side}: {statistics.median(seconds):.2f} s")


if __name__ == "__main__":
    main()
