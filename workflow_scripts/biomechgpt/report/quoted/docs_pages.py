"""README and docs: their marked blocks are written from the records under `docs/runs/`."""

import os
from pathlib import Path
from xml.etree import ElementTree

from biomechgpt.files import replacing
from biomechgpt.report.quoted.machines import processor_sentence
from biomechgpt.report.quoted.marked_blocks import fill
from biomechgpt.report.quoted.picture import picture
from biomechgpt.report.quoted.record import figures_of_run, read_record, write_record
from biomechgpt.report.quoted.sentences import text_blocks

RECORDS = "docs/runs"
QUOTED = "default"  # the folder of RECORDS that the pages quote
PICTURE = "docs/picture.svg"
PROCESSORS = "processors.csv"  # in RECORDS
TESTS = ".pytest_cache/tests.xml"  # written by `make test`


def quote_run(results: os.PathLike, name: str, root: Path) -> None:
    """Record what is quoted of a run, and write the blocks of all pages anew.

    Args:
        results: The folder of a finished run.
        name: The folder of the record under `docs/runs/`.
        root: The project's folder.

    Raises:
        InputError: The run or a record is not whole, or a page has a block that nobody writes.
    """
    record = figures_of_run(results)
    run = record.run | {"tests_s": seconds_of_tests(root / TESTS)}
    write_record(record._replace(run=run), root / RECORDS / name)
    for path, text in filled_pages(root).items():
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def filled_pages(root: Path) -> dict[Path, str]:
    """README, every page of docs and the picture as the records have it."""
    others = {p.parent.name: p.parent for p in sorted((root / RECORDS).glob("*/run.json"))}
    quoted = read_record(others.pop(QUOTED, root / RECORDS / QUOTED))
    blocks = text_blocks(quoted, {name: read_record(path) for name, path in others.items()})
    blocks["processors"] = processor_sentence(root / RECORDS / PROCESSORS)
    filled = {p: fill(p.read_text(encoding="utf-8"), blocks, p.name) for p in pages(root)}
    return filled | {root / PICTURE: picture(quoted.example, quoted.run["simulated"])}


def pages(root: Path) -> list[Path]:
    """README and the pages of docs."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def seconds_of_tests(path: Path) -> float | None:
    """How long the tests took, None where they did not run or did not pass."""
    if not path.is_file():
        return None
    suites = list(ElementTree.parse(path).iter("testsuite"))
    if any(int(suite.get(kind)) for suite in suites for kind in ("errors", "failures")):
        return None
    return sum(float(suite.get("time")) for suite in suites)
