"""A page as one HTML file that holds its styles and scripts, so that it needs no other."""

import os
from collections.abc import Sequence
from importlib.resources import files

import jinja2

from biomechgpt.files import replacing

ASSETS = files("biomechgpt.report") / "assets"


def write_page(
    page: os.PathLike,
    template: str,
    styles: Sequence[str],
    scripts: Sequence[str],
    **values: object,
) -> None:
    """Write `template`, filled with `values` and the files `styles` and `scripts`, all of `ASSETS`."""
    loader = jinja2.FileSystemLoader(ASSETS)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    style, script = (
        "".join((ASSETS / name).read_text(encoding="utf-8") for name in names)
        for names in (styles, scripts)
    )
    text = environment.get_template(template).render(style=style, script=script, **values)
    with replacing(page) as temporary:
        temporary.write_text(text, encoding="utf-8")
