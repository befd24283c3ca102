"""Read the ratings of a study back: tables as CSV, a page, and what is wrong with the files."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.report.page.csv_tables import csv_link
from biomechgpt.report.page.html_file import write_page
from biomechgpt.spreadsheets import harmless
from biomechgpt.study.rating_files import RatingProblem, Ratings, read_ratings
from biomechgpt.study.rating_scores import scores_of
from biomechgpt.study.result_of_arms import arm_means, contrasts, sensitivity
from biomechgpt.study.result_of_raters import agreement, intra_rater, lures_caught, rater_table
from biomechgpt.study.study_folder import Study, StudyFolder, read_study_record
from biomechgpt.study.study_sections import study_sections


def read_study(folder: StudyFolder) -> list[RatingProblem]:
    """Write `tables/*.csv`, `problems.tsv` and `study.html`; returns the problems.

    Raises:
        InputError: There is no such study, or no file of ratings can be used.
    """
    study = read_study_record(folder)
    ratings = read_ratings(folder.ratings, study)
    _write_problems(folder.path / "problems.tsv", ratings.problems)
    if ratings.rows.empty:
        raise InputError(
            f"{folder.ratings} holds no usable file of ratings; {folder.path / 'problems.tsv'} says why."
        )
    tables = result_tables(ratings, study)
    _write_tables(folder.path / "tables", tables)
    sections = study_sections(study, tables, ratings.problems)
    write_page(
        folder.path / "study.html",
        "report.html",
        ["report.css"],
        ["report.js"],
        title="Study with raters",
        run=study.name,
        simulated=study.simulated,
        tag="Simulated data" if study.simulated else "",
        sections=sections,
        groups=[("Study", sections)],
        csv_link=csv_link,
    )
    return ratings.problems


def result_tables(ratings: Ratings, study: Study) -> dict[str, pd.DataFrame]:
    """Every table by name."""
    scores = scores_of(ratings, study)
    names = study.key[["rater", "item", "name", "trial_id", "task"]].drop_duplicates()
    return {
        "raters": rater_table(ratings.rows, study),
        "arms": arm_means(scores, study),
        "contrasts": contrasts(scores, study),
        "agreement": agreement(scores, study),
        "intra_rater": intra_rater(scores, study),
        "lures": lures_caught(scores, study),
        "sensitivity": sensitivity(scores, study),
        "scores": scores,
        "comments": ratings.comments.merge(names, on=["rater", "item"]),
    }


def _write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    with replacing(folder) as temporary:
        temporary.mkdir()
        for name, table in tables.items():
            harmless(table).to_csv(temporary / f"{name}.csv", index=False)


def _write_problems(path: Path, problems: list[RatingProblem]) -> None:
    table = pd.DataFrame(problems, columns=RatingProblem._fields)
    with replacing(path) as temporary:
        harmless(table).to_csv(temporary, sep="\t", index=False)
