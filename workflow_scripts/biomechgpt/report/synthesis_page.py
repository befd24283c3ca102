"""One HTML file with a synthetic movement as a moving skeleton, on the spot and over the ground."""

import os
from collections.abc import Sequence

import numpy as np

from biomechgpt.report.movement_page.skeleton import joint_centres, motion, packed
from biomechgpt.report.page.html_file import write_page

TEMPLATE = "synthesis_page.html"
STYLES = ("report.css", "player.css", "movement_page.css")
SCRIPTS = ("player_drawing.js", "player.js", "movement_page.js")


def write_synthesis_page(
    page: os.PathLike,
    text: str,
    model: str,
    rows: Sequence[tuple[str, str, str]],
    angles_rad: np.ndarray,
    pelvis_m: np.ndarray,
    frame_rate_hz: float,
    hidden: Sequence[str],
) -> None:
    """Write the page of a movement.

    `rows` are name, what was asked for and what was measured; `angles_rad` (T, 34); `pelvis_m` (T, 3)
    the path of the pelvis in m; `hidden` joints that have no curve since they never move.
    """
    on_the_spot = motion({"synthetic": angles_rad}, frame_rate_hz, hidden=hidden)
    step = on_the_spot["frame_step"]
    path_m = (pelvis_m - pelvis_m.mean(axis=0)) * [1, 0, 1]  # the lower foot is on the floor
    centres = joint_centres(angles_rad) + path_m[:, None]
    take = {"name": "synthetic", "positions": packed(1000 * centres[::step])}
    views = {"on the spot": on_the_spot, "over the ground": on_the_spot | {"takes": [take]}}
    write_page(page, TEMPLATE, STYLES, SCRIPTS, text=text, model=model, rows=rows, views=views)
