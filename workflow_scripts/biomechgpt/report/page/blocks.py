"""What a section of the report is made of; `report.html` knows how to show each block."""

from collections.abc import Sequence
from typing import NamedTuple


class Cell(NamedTuple):
    """A table cell: `text`, smaller text under it, a colour (never the only sign), a drawing."""

    text: str
    sub: str = ""
    tone: str = ""
    svg: str = ""


class Paragraph(NamedTuple):
    """A paragraph; `tone` is `quiet` for what is left out and why."""

    text: str
    tone: str = ""
    kind: str = "text"


class Sentences(NamedTuple):
    """A list of (name, sentence)."""

    items: Sequence[tuple[str, str]]
    kind: str = "sentences"


class TableBlock(NamedTuple):
    """A table with a caption; the first `n_text` columns are text, the others numbers.

    A `long` one scrolls on the screen and is whole in print. `file` is the name of its CSV, which
    the page gives it.
    """

    caption: str
    head: Sequence[Cell | str]
    rows: Sequence[Sequence[Cell | str]]
    n_text: int = 1
    long: bool = False
    file: str = ""
    kind: str = "table"


class Drawing(NamedTuple):
    """An SVG that this program drew, as markup, its caption, and in words what is seen on it."""

    svg: str
    caption: str
    alt: str
    kind: str = "figure"


class SideBySide(NamedTuple):
    """Drawings that stand side by side where the screen is wide enough."""

    drawings: Sequence[Drawing]
    kind: str = "row"


class Markup(NamedTuple):
    """HTML that this program wrote, its texts escaped."""

    html: str
    kind: str = "markup"


class Heading(NamedTuple):
    """A heading inside a section."""

    text: str
    kind: str = "heading"


class Code(NamedTuple):
    """Text as it is, in lines."""

    text: str
    kind: str = "code"


class Links(NamedTuple):
    """Paths of files beside the report."""

    items: Sequence[str]
    kind: str = "links"


Block = Paragraph | Sentences | TableBlock | Drawing | SideBySide | Markup | Heading | Links | Code


class Section(NamedTuple):
    """A section; `name` is its anchor, `group` the heading it has in the navigation.

    The page gives it its `number`.
    """

    name: str
    title: str
    group: str
    blocks: Sequence[Block]
    number: int = 0


def no_table(name: str) -> Paragraph:
    """What stands where the evaluation wrote no such table."""
    return Paragraph(f"This part is left out: the evaluation wrote no {name}.csv.", "quiet")
