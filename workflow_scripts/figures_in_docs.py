"""Write the figures of a finished run into README and docs. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.report.quoted.docs_pages import QUOTED, quote_run

parser = argparse.ArgumentParser(
    description="Record what README and docs quote of a run, and write their marked blocks anew."
)
parser.add_argument(
    "--run", type=Path, default="results", help="results of the run (default: results)"
)
parser.add_argument(
    "--record",
    default=QUOTED,
    help="folder under docs/runs/: `default` is quoted, others are compared with it",
)

if __name__ == "__main__":
    options = parser.parse_args()
    try:
        quote_run(options.run, options.record, Path(__file__).parents[1])
    except InputError as problem:
        sys.exit(str(problem))
