"""Colours and style of every drawing, and how one is written: the same bytes each time.

Colour-blind safe and readable in print. Text stays text (searchable), the ink is a single colour so
that the report can adapt it to a dark screen.
"""

import io
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

INK, PAPER = "#1b1b1b", "#ffffff"
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"  # Okabe and Ito
STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a label with dollar signs is a label
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": PAPER,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor"), INK),
    **dict.fromkeys(("xtick.color", "ytick.color"), INK),
}
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
ABBREVIATED = {"tug": "timed up and go", "fsst": "four square step test"}


def plain(name: str) -> str:
    """The name of a task, a label or a joint for reading."""
    return ABBREVIATED.get(name, name.replace("_", " "))


def save(figure: Figure, target: Path | io.StringIO, name: str) -> None:
    """Write an SVG that is the same bytes every time; its ids carry a hash of `name`."""
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(target, format="svg", metadata=NO_METADATA, bbox_inches="tight")
