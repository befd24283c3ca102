"""The tables of the page as CSV: inside the page, as links that need no file, and in a folder."""

import base64
import os
from collections.abc import Sequence

import pandas as pd

from biomechgpt.files import replacing
from biomechgpt.report.page.blocks import Cell, Section, TableBlock
from biomechgpt.spreadsheets import harmless


def csv_text(table: TableBlock) -> str:
    """A table as CSV; what stands smaller under a cell has a column of its own."""
    columns: list[list[str]] = []
    names: list[str] = []
    for place, head in enumerate(table.head):
        cells = [row[place] for row in table.rows]
        name = _text(head)
        names.append(name)
        columns.append([_text(cell) for cell in cells])
        if any(isinstance(cell, Cell) and cell.sub for cell in cells):
            names.append(f"{name}, below")
            columns.append([cell.sub if isinstance(cell, Cell) else "" for cell in cells])
    frame = pd.DataFrame(dict(enumerate(columns))).set_axis(names, axis=1)
    return harmless(frame).to_csv(index=False, lineterminator="\n")


def _text(cell: Cell | str) -> str:
    return cell if isinstance(cell, str) else cell.text


def csv_link(table: TableBlock) -> str:
    """The CSV as a link that carries its content."""
    return "data:text/csv;base64," + base64.b64encode(csv_text(table).encode()).decode()


def write_csv_tables(sections: Sequence[Section], folder: os.PathLike) -> None:
    """Write every table of the page into `folder`, under its `file`."""
    with replacing(folder) as temporary:
        temporary.mkdir()
        for section in sections:
            for block in section.blocks:
                if block.kind == "table":
                    (temporary / block.file).write_text(csv_text(block), encoding="utf-8")
