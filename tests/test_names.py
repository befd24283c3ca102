"""Each class and each file of the library has a name of its own, so that one word finds it."""

import ast
from collections import Counter

import pytest


@pytest.fixture(scope="module")
def modules(root):
    library = root / "workflow_scripts/biomechgpt"
    return [path for path in library.rglob("*.py") if path.name != "__init__.py"]


def twice(names):
    return [name for name, count in Counter(names).items() if count > 1]


def test_no_two_classes_of_the_library_have_the_same_name(modules):
    nodes = (node for path in modules for node in ast.walk(ast.parse(path.read_text())))
    assert twice(node.name for node in nodes if isinstance(node, ast.ClassDef)) == []


def test_no_two_files_of_the_library_have_the_same_name(modules):
    assert twice(path.name for path in modules) == []
