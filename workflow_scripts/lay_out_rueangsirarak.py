"""Make a cohort folder of the walks of Rueangsirarak et al. 2018. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.cohort.rueangsirarak_mocap import lay_out
from biomechgpt.errors import InputError

REPOSITORY = "hubertshum/Automatic-Musculoskeletal-And-Neurological-Disorder-Diagnosis"
parser = argparse.ArgumentParser(
    description="Write participants.tsv and trials.tsv for presets/acted_to_patients.yaml.",
    epilog=f"The recordings: https://github.com/{REPOSITORY}, commit 7f51b280.",
)
parser.add_argument("folder", type=Path, help="folder dataset, which becomes the cohort folder")

if __name__ == "__main__":
    folder = parser.parse_args().folder
    try:
        n_recordings = lay_out(folder)
    except InputError as problem:
        sys.exit(str(problem))
    print(f"{n_recordings} recordings: cohorts.path is {folder}")
