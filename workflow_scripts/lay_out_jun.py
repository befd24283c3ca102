"""Make a cohort folder of the acted gaits of Jun et al. 2020. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.cohort.jun_kinect import lay_out
from biomechgpt.errors import InputError

parser = argparse.ArgumentParser(
    description="Write participants.tsv and trials.tsv for presets/jun.yaml.",
    epilog="The recordings: https://github.com/kooksung/pathological_gait_datasets, commit 1244ccef.",
)
parser.add_argument("source", type=Path, help="folder Pathological_Gaits, or a Parquet table of it")
parser.add_argument(
    "--folder", type=Path, help="the cohort folder (default: the one that holds the recordings)"
)

if __name__ == "__main__":
    options = parser.parse_args()
    folder = options.folder or (
        options.source if options.source.is_dir() else options.source.parent
    )
    try:
        n_sequences = lay_out(options.source.resolve(), folder.resolve())
    except InputError as problem:
        sys.exit(str(problem))
    print(f"{n_sequences} sequences: cohorts.path is {folder}")
