"""Drawings as SVG inside the page, in the page's own colours."""

import io
import re
from collections.abc import Callable

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biomechgpt.evaluation.drawing_style import BLUE, INK, ORANGE, PAPER, STYLE, save

SIZE_IN = (4.2, 3.6)  # of a drawing of a question's section
DASHES = (0, (4, 3))
LEGEND = {
    "loc": "lower left",
    "bbox_to_anchor": (0, 1),
    "ncols": 2,
    "frameon": False,
    "fontsize": 8,
}
PX_PER_PT = 1.4
LEAST_SCALE = 0.6  # of its natural size; what does not fit then scrolls
ON_BLUE = "#fdfdfd"  # text on a dark patch
PAGE_BLUE, PAGE_ORANGE = "var(--blue)", "var(--orange)"
PAGE_COLOURS = {
    f"fill: {PAPER}": "fill: none",
    INK: "currentColor",
    ON_BLUE: "var(--paper)",
    BLUE: PAGE_BLUE,
    ORANGE: PAGE_ORANGE,
}


def inline_svg(svg: str) -> str:
    """An SVG file's markup for use inside HTML: no prologue, its natural size as the largest one.

    Ink, paper and the two colours become the page's own, which a dark screen changes. Ids that
    nothing refers to are dropped: many drawings share one page.
    """
    body = svg[svg.index("<svg") :]
    width_px = float(re.search(r'\swidth="([\d.]+)pt"', body)[1]) * PX_PER_PT
    body = re.sub(r'\s(width|height)="[\d.]+pt"', "", body, count=2)
    body = body.replace("<svg", f'<svg style="{size_style(width_px)}"', 1)
    for colour, own in PAGE_COLOURS.items():
        body = body.replace(colour, own)
    used = set(re.findall(r"#([\w.-]+)", body))
    body = re.sub(r'\sid="([^"]*)"', lambda mark: mark[0] if mark[1] in used else "", body)
    return re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)


def size_style(width_px: float) -> str:
    """A drawing shrinks with the screen as far as its text can be read."""
    return f"max-width: {width_px:.0f}px; min-width: {LEAST_SCALE * width_px:.0f}px"


def plot(draw: Callable[[Axes], None], name: str, size_in: tuple[float, float] = SIZE_IN) -> str:
    """What `draw` puts on the axes of a figure, as markup; its ids carry a hash of `name`."""
    target = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size_in)
        draw(figure.subplots())
        save(figure, target, name)
    return inline_svg(target.getvalue())


def with_unit(text: str, unit: str) -> str:
    """The label of an axis."""
    return f"{text} ({unit})" if unit else text
