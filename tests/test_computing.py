"""What of a module counts for the hash that decides what reruns."""

import ast
import re
from itertools import chain

import pytest

from biomechgpt.computing import ENDING_ERRORS, without_words
from biomechgpt.provenance import hashed_modules
from tests.helpers.hashed_modules import stages

LOG = "log = logging.getLogger(__name__)\n"


def computes(text):
    return ast.dump(without_words(ast.parse(text)))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ('raise InputError(f"{path} is odd")', 'raise InputError("odd:", path, line)'),
        (LOG + 'log.info("%d trials", len(rows))', LOG + 'log.info(f"trials: {len(rows):,}")'),
        (LOG + 'log.warning("late")', LOG + 'log.warning("%s is late", name)'),
        (
            "def f(x: int) -> str:\n    return x",
            'def f(x: float) -> "str":\n    """Doc."""\n    return x',
        ),
        ('x: int = Field(0, ge=1, description="frames")', "x: int = Field(0, ge=2)"),
    ],
)
def test_words_and_annotations_compute_nothing(text, other):
    assert computes(text) == computes(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (LOG + 'log.info("%d", write(rows, "a"))', LOG + 'log.info("%d", write(rows, "b"))'),
        (LOG + 'log.info("%d", write(rows))', LOG + 'log.info("written")'),
        ('file.info("a")', 'file.info("b")'),
        ('raise InputError("odd")', 'raise SystemExit("odd")'),
        ('raise InputError(closest("a"))', 'raise InputError(closest("b"))'),
        ('raise MotionError("unreadable", "odd")', 'raise MotionError("unreadable", "strange")'),
        ('raise ValueError("odd")', 'raise ValueError("strange")'),
        ("class A(NamedTuple):\n    x: int", "class A(NamedTuple):\n    x: float"),
        ("x: int = Field(1, ge=1)", "x: int = Field(2, ge=1)"),
        ('problem = f"{path} is odd"', 'problem = f"{path} is strange"'),
    ],
)
def test_what_could_reach_a_result_counts(text, other):
    assert computes(text) != computes(other)


def test_no_rule_reads_the_sentence_of_an_error_whose_words_do_not_count(root):
    scripts = root / "workflow_scripts"
    reached = [hashed_modules(scripts, f"{stage}.py") for stage in stages(scripts)]
    for name in set(chain.from_iterable(reached)):
        for node in ast.walk(ast.parse((scripts / name).read_text())):
            if isinstance(node, ast.ExceptHandler) and node.name:
                caught = re.findall(r"\w+", ast.unparse(node.type))
                assert not set(ENDING_ERRORS) & set(caught), f"{name}, line {node.lineno}"
