"""Run the script of a rule in a process of its own, with as many cores on offer as a test likes."""

import hashlib
import os
import pickle
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from tests.helpers.paths import ROOT


class Files(list):
    """Paths as scripts get them: in a row, and some by name."""

    def __init__(self, *paths, **named):
        lists = [value if isinstance(value, list) else [value] for value in named.values()]
        super().__init__([*map(str, paths), *(str(path) for each in lists for path in each)])
        self.__dict__.update(named)

    def get(self, name, default=None):
        return self.__dict__.get(name, default)


def run_script(name: str, folder: Path, cores: int, **job) -> Path:
    """The output folder of the script, run in `folder` with `cores` on offer; `job` is `snakemake`."""
    folder.mkdir()
    output = folder / "output"
    job |= {"log": [str(folder / "log")], "output": Files(output), "rule": name, "resources": {}}
    job = SimpleNamespace(**job)
    (folder / "job.pickle").write_bytes(pickle.dumps(job))
    script = ROOT / "workflow_scripts" / f"{name}.py"
    subprocess.run(
        [sys.executable, "-m", __name__, script, folder / "job.pickle"],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": str(cores)},
        check=True,
    )
    return output


def weights_sha256(folder: Path) -> list[str]:
    """The hashes of all weights in a folder."""
    paths = sorted(folder.rglob("*.safetensors"))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


if __name__ == "__main__":
    path, job = sys.argv[1:]
    runpy.run_path(path, {"snakemake": pickle.loads(Path(job).read_bytes())})
