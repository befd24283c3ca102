"""One HTML file with everything: opens by double click, needs no network."""

import os
from collections.abc import Sequence
from itertools import groupby

from biomechgpt.report.blocks import Section
from biomechgpt.report.contents import sections_of
from biomechgpt.report.csv_tables import csv_link, write_csv_tables
from biomechgpt.report.html_file import write_page
from biomechgpt.report.results import read_results
from biomechgpt.report.sources import Sources, read


def build_report(
    sources: Sources,
    config: dict,
    versions: dict[str, str],
    simulated: bool,
    page: os.PathLike,
    tables: os.PathLike,
) -> None:
    """Write the page, and each of its tables as CSV into the folder `tables`.

    `simulated` (any cohort is) puts "Simulated data" over every section. The models are the
    `variants` and `baselines` of `config`; the first variant is the one whose results stand at the
    top.
    """
    results = read_results(sources.metrics, sources.tables, config)
    data = read(sources, config)
    sections = _numbered(sections_of(results, data, sources, config, versions, simulated))
    write_page(
        page,
        "template.html",
        ["style.css"],
        ["script.js"],
        title="BiomechGPT report",
        run=config["run"],
        simulated=simulated,
        tag="Simulated data" if simulated else "",
        sections=sections,
        groups=[(n, list(members)) for n, members in groupby(sections, lambda one: one.group)],
        csv_link=csv_link,
    )
    write_csv_tables(sections, tables)


def _numbered(sections: Sequence[Section]) -> list[Section]:
    """The sections with their numbers, and a file name for each table."""
    return [
        section._replace(number=number, blocks=_with_files(section))
        for number, section in enumerate(sections, start=1)
    ]


def _with_files(section: Section) -> list:
    n_tables = sum(block.kind == "table" for block in section.blocks)
    blocks, k = [], 0
    for block in section.blocks:
        if block.kind == "table":
            k += 1
            end = f"-{k}" if n_tables > 1 else ""
            block = block._replace(file=f"{section.name}{end}.csv")
        blocks.append(block)
    return blocks
