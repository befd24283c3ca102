"""Write the forms of a blinded study of a finished run. `--help` says how."""

import argparse
import sys

from biomechgpt.errors import InputError
from biomechgpt.features.normal_gait import read_normal_gait
from biomechgpt.recordings.recording import reading_with
from biomechgpt.study.export import write_study
from biomechgpt.study.study_config import MAPS, NORMAL, add_options, results_of, study_config

parser = argparse.ArgumentParser(
    description="Write a form for each rater of the study of the config, and its key, into studies/.",
    epilog="docs/study.md walks through a study.",
)
add_options(parser)

if __name__ == "__main__":
    options = parser.parse_args()
    try:
        config = study_config(options.configfile)
        reading = reading_with(MAPS, config.ingest)
        normal = read_normal_gait(*NORMAL)
        folder = write_study(config, results_of(config), reading, normal, options.studies)
    except InputError as problem:
        sys.exit(str(problem))
    print(f"Forms, one a rater: {folder.forms}\nThe key, which no rater may see: {folder.key}")
