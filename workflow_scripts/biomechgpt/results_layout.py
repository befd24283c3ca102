"""Which folders lie in `results/`."""

import hashlib
import re
from pathlib import Path

FOLDERS_OF_RESULTS = (  # which no run and no fold of a user may take
    "annotations", "base_models", "benchmarks", "cohorts", "evidence", "figures",
    "gait_features", "joint_angles", "logs", "movement", "phrasings", "report_tables", "synthesis",
    "synthesis_study", "tables", "trajectories", "video",
)  # fmt: skip
FOLDS_OF_RESULTS = re.compile(r"holdout|fold-\d+")


def annotation_folder(cohort: str | None, model: str | None) -> str:
    """`{cohort}-{hash}/{model}-{hash}`: where the answers of a model about a cohort are kept.

    The names are those of the folders, the hashes those of their whole paths, since two cohorts or
    models may be called the same.
    """
    names = []
    for folder, n_parts in ((cohort, 1), (model, 2)):
        path = Path(folder or "nothing").resolve()
        # Without what has a meaning in a path or a pattern.
        name = re.sub(r"[^A-Za-z0-9._-]", "_", "-".join(path.parts[-n_parts:]))
        names.append(f"{name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}")
    return "/".join(names)
