"""Make a cohort folder of sessions as OpenCap, Pose2Sim, Xsens and others leave them. `--help` says how."""

import argparse
import copy
import logging
import sys
from pathlib import Path

from biomechgpt.cohort.session_import.importing import NOT_READ, READ, import_sessions
from biomechgpt.cohort.session_import.session_tables import labels_to_fill
from biomechgpt.config.reading import read_config
from biomechgpt.errors import InputError
from biomechgpt.yaml_files import StrictLoader, read_yaml

CONFIG = Path(__file__).resolve().parents[1] / "config.yaml"

parser = argparse.ArgumentParser(
    description=f"Write participants.tsv and trials.tsv of what lies in a folder or zip file: {READ}.",
    epilog=f"Not read: {NOT_READ}. Tables that are there already are never changed.",
)
parser.add_argument("source", nargs="+", type=Path, help="folder or zip file of a session")
parser.add_argument(
    "--folder", type=Path, help="the cohort folder, which holds the sources (default: the source)"
)
parser.add_argument(
    "--participant",
    metavar="REGEX",
    help="finds the participant in a file's path in the cohort folder: '([^/]+)/' is the first folder",
)


def main() -> None:
    """Import, and say what is left for a person to do."""
    options = parser.parse_args()
    sources = [source.resolve() for source in options.source]
    if options.folder is None and len(sources) > 1:
        parser.error("name the cohort folder of several sources with --folder")
    own = sources[0] if sources[0].is_dir() else sources[0].with_suffix("")
    folder = (options.folder or own).resolve()
    config = read_yaml(CONFIG, StrictLoader)
    tasks = read_config(config, copy.deepcopy(config)).tasks
    imported = import_sessions(sources, folder, options.participant)
    print(f"Recordings: {imported.n_trials}. People: {imported.n_people}. cohorts.path is {folder}")
    for remark in imported.remarks:
        print(f"- {remark}")
    print(
        "Add a column for each label that you know, to participants.tsv or trials.tsv (docs/cohort.md):"
    )
    print(*(f"- {line}" for line in labels_to_fill(tasks, imported.columns)), sep="\n")


if __name__ == "__main__":
    logging.disable(logging.ERROR)  # what cannot be read is among the remarks
    try:
        main()
    except InputError as problem:
        sys.exit(str(problem))
