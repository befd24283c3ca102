"""No cell of a table runs when a spreadsheet opens it."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biomechgpt.spreadsheets import harmless, harmless_cell

FORMULAS = ("=cmd|' /C calc'!A0", "+1", "@x", "-1+1", "-cmd", " =1", "\t=1", "\r=1", "\uff1d1")
LIVE = re.compile(r"\s*(?:[=+@\uff1d\uff0b\uff0d\uff20]|-(?!\d+(?:\.\d+)?\s*$))")


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_gets_a_quote(cell):
    assert harmless_cell(cell).startswith("'")
    assert harmless_cell(cell).replace("'", "") == cell.replace("'", "")


@pytest.mark.parametrize("cell", ["walking", "-5", "-0.31", "a=b", "P-1", "'=1", "", None, -1.5, 3])
def test_everything_else_stays(cell):
    assert harmless_cell(cell) == cell


def test_a_formula_behind_a_separator_gets_a_quote():
    assert harmless_cell("walking;=1+1") == "walking;'=1+1"
    assert harmless_cell("walking 0.9; +x 0.1") == "walking 0.9;' +x 0.1"
    assert harmless_cell("low -0.5; -0.3") == "low -0.5; -0.3"


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.lists(st.text("=+-@1a;|,'\" \t\r\n\uff1d", max_size=8), min_size=1, max_size=4))
def test_no_program_finds_a_formula_whatever_its_separator(cells):
    table = harmless(pd.DataFrame({"+head": cells, "number": range(len(cells))}))
    for written in (",", "\t"):
        text = table.to_csv(sep=written, index=False, lineterminator="\n")
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=written):
            for cell in row:
                assert not LIVE.match(cell), (cell, text)
                assert not any(LIVE.match(part) for part in re.split(r"[;|\t\r\n]", cell))


def test_a_quoted_table_stays_as_it_is():
    once = harmless(pd.DataFrame({"a": ["=1", "x;=1", "-5"], "b": [1, -2, 3]}))
    pd.testing.assert_frame_equal(harmless(once), once)
