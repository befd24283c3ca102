"""Which folders lie in `results/`."""

import hashlib
import re
from pathlib import Path

FOLDERS_OF_RESULTS = (  # which no run and no fold of a user may take
    "annotations", "base_models", "benchmarks", "cohorts", "figures", "gait_features",
    "joint_angles", "logs", "movement", "phrasings", "report_tables", "tables", "trajectories",
)  # fmt: skip
FOLDS_OF_RESULTS = re.compile(r"holdout|fold-\d+")


def annotation_folder(cohort: str | None, model: str | None) -> str:
    """`{cohort}-{hash}/{model}-{hash}`: where the answers of a model about a cohort are kept.

    The names are those of the folders, the hashes those of their whole paths, since two cohorts or
    models may be called the same.
    """
    parts = [(Path(cohort or "nothing").resolve(), 1), (Path(model or "nothing").resolve(), 2)]
    return "/".join(
        f"{_plain('-'.join(path.parts[-n_names:]))}-{_digest(path)}" for path, n_names in parts
    )


def _plain(name: str) -> str:
    """`name` without what has a meaning in a path or a pattern."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]
