"""The study of synthetic movement as a page of its own, for runs without a language model."""

import os
from collections.abc import Mapping

import pandas as pd

from biomechgpt.report.page.blocks import Section
from biomechgpt.report.page.csv_tables import csv_link
from biomechgpt.report.page.html_file import write_page
from biomechgpt.report.page.numbering import numbered
from biomechgpt.report.sections.synthetic_movement import TITLE, synthetic_movement


def write_study_page(
    tables: Mapping[str, pd.DataFrame],
    task: str,
    run: str | None,
    simulated: bool,
    page: os.PathLike,
) -> None:
    """Write the page; `tables` are those of `evaluation.synthesis_tables`, `simulated`: a cohort is."""
    sections = [Section("synthesis", TITLE, "Results", synthetic_movement(tables, task))]
    write_page(
        page,
        "report.html",
        ["report.css"],
        ["report.js"],
        title="Synthetic movement",
        run=run,
        simulated=simulated,
        tag="Synthetic and simulated data" if simulated else "Synthetic data",
        sections=numbered(sections),
        groups=[("Results", numbered(sections))],
        csv_link=csv_link,
    )
