"""The numbers of a page's sections, and the file names of their tables."""

from collections.abc import Sequence

from biomechgpt.report.page.blocks import Block, Section


def numbered(sections: Sequence[Section]) -> list[Section]:
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
