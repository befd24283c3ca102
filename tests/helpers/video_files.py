"""Feature files with their sidecars, and cohort folders that name them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

SIDECAR = {"encoder": "lab/net", "revision": "1", "pooling": "cls", "fps": 30, "stride_frames": 3}


def write_features(path: Path, values: np.ndarray, **sidecar) -> Path:
    """Features as `.npy` with `SIDECAR`, in which None takes a key out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, values)
    content = {key: value for key, value in (SIDECAR | sidecar).items() if value is not None}
    path.with_suffix(".json").write_text(json.dumps(content))
    return path


def noise(n_steps: int, width: int = 6, seed: int = 0) -> np.ndarray:
    """Features (S, W) that tell nothing."""
    return np.random.default_rng(seed).standard_normal((n_steps, width)).astype(np.float32)


def write_cohort(folder: Path, trials: list[dict], people: list[dict] | None = None) -> Path:
    """Both tables; `people` are those of the trials where they are not named."""
    folder.mkdir(exist_ok=True)
    names = sorted({trial["participant_id"] for trial in trials})
    tables = {"trials": trials, "participants": people or [{"participant_id": n} for n in names]}
    for name, rows in tables.items():
        table = pd.DataFrame(rows)
        table.to_csv(folder / f"{name}.tsv", sep="\t", index=False, na_rep="n/a")
    return folder
