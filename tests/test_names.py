"""Names that find what they mean: one class and one file of a name, and variables that say what they hold."""

import ast
from collections import Counter

import pytest

SAYS_NOTHING = ("asked", "chosen", "found", "given", "mine", "one")


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


def test_variables_are_named_by_what_they_hold_and_not_by_what_happened_to_it(modules, root):
    tests = [*(root / "tests").rglob("*.py"), *(root / "benchmarks").glob("*.py")]
    names = {}
    for path in [*modules, *tests]:
        for node in ast.walk(ast.parse(path.read_text())):
            is_stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            if is_stored and node.id in SAYS_NOTHING:
                names[path.relative_to(root).as_posix()] = node.id
    assert names == {}
