"""The blocks of a Markdown page that are written from a run's files, never by hand.

A block begins with a line `<!-- figures: NAME -->` and ends with a line `<!-- end -->`.
"""

import re
from collections.abc import Mapping
from itertools import zip_longest

from biomechgpt.errors import InputError

START = r"^<!-- figures: (\S+) -->$"
END = "<!-- end -->"
MARK = re.compile(r"^<!-- (?:figures: \S+|end) -->$", re.MULTILINE)
BLOCK = re.compile(rf"{START}.*?^{END}$", re.MULTILINE | re.DOTALL)


def fill(page: str, blocks: Mapping[str, str], name: str) -> str:
    """The page with the text of each of its blocks; what stands outside stays as it is.

    `name` is the page's, for messages.

    Raises:
        InputError: A block that nobody writes, one without an end, or an end without a start.
    """
    marks = MARK.findall(page)
    for start, end in zip_longest(marks[::2], marks[1::2]):
        if start == END:
            raise InputError(f"{name}: a line '{END}' has no block before it.")
        if end != END:
            raise InputError(f"{name}: '{start}' needs a line '{END}' before the next block.")
    return BLOCK.sub(lambda block: _written(blocks, block[1], name), page)


def typed(page: str) -> str:
    """What somebody typed of a page: all that stands outside of its blocks."""
    return BLOCK.sub("", page)


def _written(blocks: Mapping[str, str], block: str, name: str) -> str:
    if block not in blocks:
        raise InputError(f"{name} has a block '{block}'. There are {', '.join(blocks)}.")
    return f"<!-- figures: {block} -->\n{blocks[block]}\n{END}"
