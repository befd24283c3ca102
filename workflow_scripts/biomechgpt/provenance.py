"""What a stage's code means, as one hash: the reason for Snakemake to run the stage again.

Snakemake itself judges a script by its modification time and does not look at the modules that it
imports. The hash here is of the syntax trees of a script and of every module of this project that
it imports, so that a comment, a docstring or a checkout changes nothing and an edited helper
reruns exactly the stages that use it.
"""

import ast
import hashlib
import platform
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from biomechgpt.files import file_sha256

PACKAGES = (
    "snakemake torch transformers peft bitsandbytes numpy pandas pyarrow scipy scikit-learn xgboost"
)


def code_hash(script: Path, data: Iterable[Path] = ()) -> str:
    """Hash a script together with the project's modules it imports, directly or not, and its data.

    Imports must be absolute: a relative import is not followed (ruff refuses them). `data` are the
    files of the project that it reads; their content counts, whatever the clock said of them.
    """
    root = script.parent
    digest = hashlib.sha256()
    for path in sorted(_reachable(script, root)):
        digest.update(f"{path.relative_to(root)}\0{_tree(path)[0]}\0".encode())
    for path in data:
        digest.update(f"{path.name}\0{file_sha256(path) if path.is_file() else None}\0".encode())
    return digest.hexdigest()[:16]


def _reachable(script: Path, root: Path) -> set[Path]:
    waiting, seen = [script], set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += [file for name in _tree(path)[1] for file in _local_files(name, root)]
    return seen


@cache
def _tree(path: Path) -> tuple[str, frozenset[str]]:
    """The syntax tree of a module as text, without docstrings, and the names it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return ast.dump(tree), frozenset(_imported(tree))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def _local_files(name: str, root: Path) -> list[Path]:
    parts = name.split(".")
    stems = [root.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    files = [path for stem in stems for path in (stem.with_suffix(".py"), stem / "__init__.py")]
    return [path for path in files if path.is_file()]


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {
        name: version(name) for name in PACKAGES.split()
    }
