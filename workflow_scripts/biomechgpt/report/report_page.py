"""One HTML file with everything: opens by double click, needs no network."""

import os
from collections.abc import Sequence
from itertools import groupby

from biomechgpt.report.contents import sections_of
from biomechgpt.report.page.blocks import Block, Section
from biomechgpt.report.page.csv_tables import csv_link, write_csv_tables
from biomechgpt.report.page.html_file import write_page
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
    sections = _numbered(sections_of(results, data, files, settings, versions, simulated))
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


def _numbered(sections: Sequence[Section]) -> list[Section]:
    """The sections with their numbers, and a file name for each table."""
    return [
        section._replace(number=number, blocks=_with_file_names(section))
        for number, section in enumerate(sections, start=1)
    ]


def _with_file_names(section: Section) -> list[Block]:
    """The blocks, each table named after the section, and numbered where there are several."""
    n_tables = sum(block.kind == "table" for block in section.blocks)
    numbers = iter(range(1, n_tables + 1))
    return [
        block._replace(file=f"{section.name}{f'-{next(numbers)}' if n_tables > 1 else ''}.csv")
        if block.kind == "table"
        else block
        for block in section.blocks
    ]
