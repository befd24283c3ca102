"""What a stage's code computes, as one hash: the reason for Snakemake to run the stage again.

Snakemake itself judges a script by its modification time and does not look at the modules that it
imports. The hash here is of the syntax trees of a script and of every module of this project that
it imports, without what computes nothing (`computing`): an edited helper reruns exactly the stages
that use it, and another word in a comment or an error message reruns none.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import yaml

from biomechgpt.computing import without_words

LOADER = getattr(yaml, "CLoader", yaml.Loader)  # C where PyYAML is built with it
# Modules that decide whether and where a job runs and what it says, never what it computes. Their own
# text does not count; what they import does.
PLUMBING = frozenset(
    f"biomechgpt/{name}.py"
    for name in ("checkpoints", "errors", "gpus", "job", "results_layout", "seals", "spelling")
)


def code_hash(root: Path, script: str, data: Iterable[Path] = ()) -> str:
    """Hash a script together with the project's modules it imports, directly or not, and its data.

    `script` is a path from `root`, the folder that imports start from. Imports must be absolute: a
    relative import is not followed (ruff refuses them). `data` are the YAML files that it reads: what
    they say counts, and neither their comments nor when they were written.
    """
    digest = hashlib.sha256()
    for name in hashed_modules(root, script):
        digest.update(f"{name}\0{_tree(root / name)[0]}\0".encode())
    for path in data:
        digest.update(f"{path.name}\0{_content(path) if path.is_file() else None}\0".encode())
    return digest.hexdigest()[:16]


def hashed_modules(root: Path, script: str) -> list[str]:
    """The files whose code counts for `script`, itself among them, as paths from `root`, sorted."""
    waiting, seen = [root / script], set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += [file for name in _tree(path)[1] for file in _local_files(name, root)]
    return sorted({path.relative_to(root).as_posix() for path in seen} - PLUMBING)


@cache
def _tree(path: Path) -> tuple[str, frozenset[str]]:
    """What a module computes, as text, and the names it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return ast.dump(without_words(tree)), frozenset(_imported(tree))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not isinstance(node, ast.expr):  # which holds no statement
            yield from _imported(node)


@cache
def _content(path: Path) -> str:
    """What a YAML file says, as text, without comments and layout; all of it where it is no YAML."""
    try:
        return "".join(map(repr, yaml.parse(path.read_bytes(), LOADER)))
    except yaml.YAMLError:
        return repr(path.read_bytes())


@cache
def _local_files(name: str, root: Path) -> list[Path]:
    parts = name.split(".")
    stems = [root.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    files = [path for stem in stems for path in (stem.with_suffix(".py"), stem / "__init__.py")]
    return [path for path in files if path.is_file()]
