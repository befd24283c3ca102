"""Write down of which modules the hash of each script is made: what reruns a stage, to be read in review.

    python -m tests.helpers.hashed_modules

writes `hashed_modules.txt` beside this file anew. Run it when tests/test_provenance.py says that the
list has changed, and ask of each new line whether that stage's results depend on that module.
"""

import ast
from collections import defaultdict
from pathlib import Path

from biomechgpt.computing import without_words
from biomechgpt.provenance import hashed_modules
from tests.helpers.paths import ROOT

LISTING = Path(__file__).with_suffix(".txt")
SCRIPTS = ROOT / "workflow_scripts"
# Run by people, or, as check_cohort, whenever it is wanted.
WITHOUT_HASH = (
    "check_cohort",
    "check_features",
    "chat",
    "example_cohort",
    "fetch_small_base",
    "figures_in_docs",
    "import_session",
    "lay_out_gavd",
    "lay_out_jun",
    "lay_out_rueangsirarak",
    "read_study",
    "score_evidence",
    "study",
    "synthesize",
    "unlock",
)


def stages(scripts: Path) -> list[str]:
    """The names of the scripts that rules run where their hash has changed."""
    return sorted({path.stem for path in scripts.glob("*.py")} - set(WITHOUT_HASH))


def listing(scripts: Path) -> str:
    """A script a block and a room of the library a line, empty ones left out."""
    lines = []
    for stage in stages(scripts):
        lines.append(stage)
        rooms = defaultdict(list)
        for name in hashed_modules(scripts, f"{stage}.py"):
            computes = without_words(ast.parse((scripts / name).read_text())).body
            if computes and name != f"{stage}.py":
                rooms[Path(name).parent.as_posix()].append(Path(name).stem)
        lines += [f"    {room}: {' '.join(modules)}" for room, modules in sorted(rooms.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    LISTING.write_text(listing(SCRIPTS))
