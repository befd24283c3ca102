"""How fast motion files are read, beside pandas' C parser on the same bytes.

    python -m benchmarks.reader_speed --repeats 30

Both read a made-up `.mot` file of 41 columns at the lengths that recordings have; pandas is told where the
rows begin and how cells are separated, and checks nothing. Medians of processor time; the two take turns.
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.shared import processor_seconds
from biomechgpt.recordings.readers import read_motion
from biomechgpt.simulation.writing import write_motion

LENGTHS = (300, 3_000, 30_000)  # frames: 10 s at 30 Hz, 30 s at 100 Hz, 5 min at 100 Hz


def write_file(path: Path, n_frames: int) -> None:
    """A motion file of smooth angles with three decimals, as recordings have them."""
    random, time_s = np.random.default_rng(0), np.arange(n_frames) / 100
    phase, size = random.uniform(0, 6, 37), random.uniform(1, 40, 37)
    angles_deg = size * np.sin(6 * time_s[:, None] + phase)
    write_motion(path, time_s, angles_deg, angles_deg[:, :3] / 100)


def with_pandas(path: Path) -> pd.DataFrame:
    """The table of a file that `write_file` wrote, as pandas' C parser reads it."""
    return pd.read_csv(path, sep="\t", skiprows=10, engine="c")


def main() -> None:
    """Parse the arguments and print a line for each length."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=30)
    args = parser.parse_args()
    print(f"pandas {pd.__version__}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "motion.mot")
        for n_frames in LENGTHS:
            write_file(path, n_frames)
            assert len(with_pandas(path)) == len(read_motion(path).time_s) == n_frames
            pairs = [
                (processor_seconds(read_motion, path), processor_seconds(with_pandas, path))
                for _ in range(args.repeats)
            ]
            ours_s, pandas_s = (statistics.median(side) for side in zip(*pairs, strict=True))
            mb = path.stat().st_size / 1e6
            print(
                f"{n_frames} frames, {mb:.2f} MB: {mb / ours_s:.0f} MB/s, pandas {mb / pandas_s:.0f} MB/s, "
                f"{pandas_s / ours_s:.2f} of its speed"
            )


if __name__ == "__main__":
    main()
