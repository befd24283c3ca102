"""One HTML file with everything: opens by double click, needs no network."""

import os
from itertools import groupby

from biomechgpt.report.contents import sections_of
from biomechgpt.report.page.csv_tables import csv_link, write_csv_tables
from biomechgpt.report.page.html_file import write_page
from biomechgpt.report.page.numbering import numbered
from biomechgpt.report.results import Results
from biomechgpt.report.run_files import RunFiles, read_data
from biomechgpt.settings.run_settings import RunSettings


def build_report(
    results: Results,
    files: RunFiles,
    settings: RunSettings,
    versions: dict[str, str],
    simulated: bool,
    page: os.PathLike,
    tables: os.PathLike,
) -> None:
    """Write the page, and each of its tables as CSV into the folder `tables`.

    `simulated` (any cohort is) puts "Simulated data" over every section. The first of the
    variants of `settings` is the one whose results stand at the top.
    """
    data = read_data(files, settings)
    sections = numbered(sections_of(results, data, files, settings, versions, simulated))
    write_page(
        page,
        "report.html",
        ["report.css", "gait_panel.css"],
        ["report.js"],
        title="BiomechGPT report",
        run=settings.run,
        simulated=simulated,
        tag="Simulated data" if simulated else "",
        sections=sections,
        groups=[(name, list(members)) for name, members in groupby(sections, lambda s: s.group)],
        csv_link=csv_link,
    )
    write_csv_tables(sections, tables)
