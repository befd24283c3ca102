"""Reading free text as an option or a number, hostile strings included."""

import math

import pytest

from biomechgpt.language_model.answer_parsing import parse_number, parse_option

OPTIONS = ["none", "cane", "parallel bars"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cane", "cane"),
        (" Cane. ", "cane"),
        ("PARALLEL  bars!", "parallel bars"),
        ("parallel\nbars", "parallel bars"),
        ("canes", None),
        ("a cane", None),
        ("cane or none", None),
        ("", None),
        ("...", None),
        ("<motion_3>", None),
        ("c a n e", None),
        ("none" * 1000, None),
        ("cane\x00", None),
    ],
)
def test_options(text, expected):
    assert parse_option(text, OPTIONS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.23", 1.23),
        ("1.23 m/s", 1.23),
        ("1.23m/s.", 1.23),
        (" 0.90 M/S", 0.9),
        ("12", 12.0),
        ("-3", -3.0),
        ("7.", 7.0),
    ],
)
def test_numbers(text, expected):
    assert parse_number(text, "m/s") == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    ["", "fast", "1.2.3", "1,23", "1 2", "1.2 steps/min", "about 5", "nan", "inf", "1e5", "0x1F",
     "٣", "9" * 400, "1.23 m/s 4", "--1", "m/s", "1.23 m/s; yes", "<motion_3>"],
)  # fmt: skip
def test_what_is_no_number(text):
    assert math.isnan(parse_number(text, "m/s"))


def test_a_unit_is_text_and_no_pattern():
    assert math.isnan(parse_number("5 mXs", "m.s"))
    assert parse_number("5 steps/min", "steps/min") == 5.0
