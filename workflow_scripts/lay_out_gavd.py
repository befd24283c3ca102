"""Make a cohort folder of the sequences that GAVD annotates. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.cohort.gavd import lay_out
from biomechgpt.errors import InputError
from biomechgpt.yaml_files import read_yaml

parser = argparse.ArgumentParser(
    description="Write participants.tsv, trials.tsv and boxes for presets/gavd.yaml.",
    epilog="The annotations: https://github.com/Rahmyyy/GAVD, GAVD_Clinical_Annotations_1.csv to _5.csv.",
)
parser.add_argument("source", type=Path, help="a CSV file of GAVD, or a folder of them")
parser.add_argument("--folder", type=Path, default=Path("gavd"), help="the cohort folder")

if __name__ == "__main__":
    options = parser.parse_args()
    classes = read_yaml(Path(__file__).parents[1] / "resources/gait_classes.yaml")
    try:
        n_sequences = lay_out(options.source, options.folder, classes)
    except InputError as problem:
        sys.exit(str(problem))
    print(f"{n_sequences} sequences: cohorts.path is {options.folder}")
