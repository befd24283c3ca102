"""Read the ratings of a study back into tables and a page. `--help` says how."""

import argparse
import sys

from biomechgpt.errors import InputError
from biomechgpt.study.analysis import read_study
from biomechgpt.study.study_config import add_options, study_config
from biomechgpt.study.study_folder import StudyFolder

parser = argparse.ArgumentParser(
    description="Read the files that raters sent, in the study's folder ratings/, into tables and a page.",
    epilog="docs/study.md says what the tables hold.",
)
add_options(parser)

if __name__ == "__main__":
    options = parser.parse_args()
    try:
        folder = StudyFolder(options.studies / study_config(options.configfile).study.name)
        problems = read_study(folder)
    except InputError as problem:
        sys.exit(str(problem))
    for problem in problems:
        print(f"- {problem.detail}")
    print(f"Page: {folder.path / 'study.html'}\nTables: {folder.path / 'tables'}")
