"""How long Snakemake takes to build the DAG of a large run, and how much memory.

    python -m benchmarks.dag_building --trials 100000

Writes a cohort of empty motion files and an overlay of 5 folds, 8 variants, 3 seeds and 200 shards to a
temporary folder, and times `snakemake -n` on it: the whole DAG, and in the same run the same cohort in one
shard with one variant, which shows what the reading of tables and files alone takes.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from tests.helpers.paths import ROOT, read_yaml

TRIALS_PER_PARTICIPANT = 15


def write_cohort(folder: Path, n_trials: int) -> None:
    """A cohort folder of `n_trials` empty motion files."""
    people = range(-(-n_trials // TRIALS_PER_PARTICIPANT))
    rows = ["participant_id\timpaired"] + [f"P{i:06d}\t{'yes' if i % 2 else 'no'}" for i in people]
    (folder / "participants.tsv").write_text("\n".join(rows) + "\n")
    rows = ["trial_id\tparticipant_id\tfile\tactivity"]
    for trial in range(n_trials):
        person = f"P{trial // TRIALS_PER_PARTICIPANT:06d}"
        name = f"{person}_T{trial % TRIALS_PER_PARTICIPANT:02d}"
        (folder / person).mkdir(exist_ok=True)
        (folder / person / f"{name}.mot").touch()
        rows.append(f"{name}\t{person}\t{person}/{name}.mot\tstanding")
    (folder / "trials.tsv").write_text("\n".join(rows) + "\n")


def write_overlay(folder: Path, folds: int, variants: int, seeds: int, shards: int) -> Path:
    """The overlay of a run of that size on the cohort in `folder`."""
    config = read_yaml("config.yaml")
    variant = config["variants"]["tiny-all"]
    overlay = {
        "run": "dag_building",
        "cohorts": [{"name": "empty", "path": str(folder), "role": "both"}],
        "ingest": {"shards": shards},
        "split": {"scheme": "kfold", "folds": folds},
        "finetune": {"seeds": list(range(seeds))},
        "variants": {"tiny-all": None} | {f"variant-{i}": variant for i in range(variants)},
    }
    path = folder / f"overlay-{folds}-{variants}-{seeds}-{shards}.yaml"
    path.write_text(yaml.safe_dump(overlay))
    return path


def time_dry_run(overlay: Path) -> tuple[float, float, str]:
    """Wall and processor seconds of `snakemake -n`, and its line with the number of jobs."""
    command = [str(Path(sys.executable).with_name("snakemake")), "-n", "--quiet", "rules"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [*command, "--cores", "1", "--configfile", str(overlay)],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    total = next(line for line in done.stdout.splitlines() if line.startswith("total"))
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall_s, used_s, " ".join(total.split())


def main() -> None:
    """Parse the arguments and print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    for name, default in (("folds", 5), ("variants", 8), ("seeds", 3), ("shards", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cohort(folder, args.trials)
        sizes = [(2, 1, 1, 1), (args.folds, args.variants, args.seeds, args.shards)]
        for size in sizes:
            overlay = write_overlay(folder, *size)
            runs = [time_dry_run(overlay) for _ in range(args.repeats)]
            wall_s, used_s = (statistics.median(run[i] for run in runs) for i in (0, 1))
            what = ("folds", "variants", "seeds", "shards")
            shape = ", ".join(f"{n} {name}" for n, name in zip(size, what, strict=True))
            print(f"{args.trials} trials, {shape}: {runs[0][2]} jobs", flush=True)
            print(
                f"  {wall_s:.1f} s, {used_s:.1f} s of processor, median of {len(runs)}", flush=True
            )
    peak_gib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"peak memory of the largest: {peak_gib:.2f} GiB; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
