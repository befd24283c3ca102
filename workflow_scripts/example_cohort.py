"""Write an example of a cohort folder, with empty tables to fill in. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.simulation.example_cohort import write_example
from biomechgpt.yaml_files import read_yaml

parser = argparse.ArgumentParser(description="Write an example of a cohort folder.")
parser.add_argument("--folder", type=Path, default=Path("example_cohort"), help="where to write it")

if __name__ == "__main__":
    resources = Path(__file__).parents[1] / "resources"
    numbers = (
        read_yaml(resources / f"{name}.yaml") for name in ("normal_gait", "simulated_cohort")
    )
    try:
        config = write_example(parser.parse_args().folder, *numbers)
    except InputError as problem:
        sys.exit(str(problem))
    print(f"Written. Check it: snakemake --cores all check_cohort --configfile {config}")
