"""What ten times the trials cost: processor time and peak memory of each stage, each in its own process.

    python -m benchmarks.scale --trials 240 --times 10 --repeats 3

Simulates a cohort, and for the larger side lists the same recordings ten times over under other
participants, so that both sides hold the same mix. Each side is one shard. Processor time is that of the
whole process; what importing took of it, the same on both sides, stands beside it. The last two stages
work on the whole cohort and not by shard.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.shared import save_untrained, shipped_tasks
from tests.helpers.paths import ROOT, read_yaml

BY_SHARD = ("ingest", "strip_and_zero", "measure_gait", "tokenize_motion")
STAGES = (*BY_SHARD, "index_trials", "generate_questions")
TRIALS_PER_PARTICIPANT = 6.15  # as simulated with at most 8


def make_cohort(folder: Path, n_trials: int, times: int) -> None:
    """A cohort folder with tables for both sides, and a tokenizer that was never trained."""
    from biomechgpt.settings.simulate_section import SimulateSettings
    from biomechgpt.simulation import simulate_cohort

    people = {"participants": round(n_trials / TRIALS_PER_PARTICIPANT)}
    numbers = (read_yaml(f"resources/{n}.yaml") for n in ("normal_gait", "simulated_cohort"))
    simulate_cohort(
        folder / "cohort",
        SimulateSettings.model_validate(read_yaml("config.yaml")["simulate"] | people),
        *numbers,
    )
    for copies in (1, times):
        side = folder / str(copies)
        shutil.copytree(folder / "cohort/motion", side / "motion", copy_function=os.link)
        for name in ("participants.tsv", "trials.tsv"):
            write_copies(folder / "cohort" / name, side / name, copies)
    save_untrained(folder / "tokenizer", read_yaml("config.yaml")["tokenizers"]["compact"])


def write_copies(table: Path, copied: Path, copies: int) -> None:
    """The rows of a table `copies` times, each time with other ids and the same files."""
    header, *rows = table.read_text().splitlines()
    n_ids = sum(name in ("trial_id", "participant_id") for name in header.split("\t"))
    lines = [header]
    for copy in range(copies):
        for row in rows:
            cells = row.split("\t")
            lines.append("\t".join([f"{c}-{copy}" for c in cells[:n_ids]] + cells[n_ids:]))
    copied.write_text("\n".join(lines) + "\n")


def load_stage(stage: str) -> Callable[[Path, Path], None]:
    """A function of the common folder and a side's folder that runs the stage; its modules imported."""
    return globals()[f"_{stage}"](read_yaml("config.yaml"))


def _ingest(cfg: dict) -> Callable:
    from biomechgpt.cohort.ingest import ingest_shard
    from biomechgpt.cohort.shards import read_shard
    from biomechgpt.recordings.recording import reading_with
    from biomechgpt.settings.ingest_section import IngestSettings

    maps = (ROOT / "resources/coordinate_maps").glob("*.yaml")
    reading = reading_with(maps, IngestSettings.model_validate(cfg["ingest"]))

    def run(folder: Path, side: Path) -> None:
        cohorts = read_shard([{"name": "c", "path": str(side)}], 0, 1)
        outputs = (side / "trajectories.parquet", side / "ingest.tsv")
        ingest_shard(cohorts, reading, 0, 1, *outputs)

    return run


def _strip_and_zero(cfg: dict) -> Callable:
    from biomechgpt.motion.strip import strip_shard
    from biomechgpt.settings.motion_section import MotionSettings

    settings = MotionSettings.model_validate(cfg["motion"])

    def run(folder: Path, side: Path) -> None:
        outputs = (side / "angles.parquet", side / "strip.tsv")
        strip_shard(side / "trajectories.parquet", settings, *outputs)

    return run


def _measure_gait(cfg: dict) -> Callable:
    from biomechgpt.baselines.gait_features import measure_shard

    def run(folder: Path, side: Path) -> None:
        measure_shard(
            side / "angles.parquet", cfg["motion"]["frame_rate_hz"], side / "gait.parquet"
        )

    return run


def _tokenize_motion(cfg: dict) -> Callable:
    from biomechgpt.body.frames import read_infos
    from biomechgpt.tokenizer.tokenising import tokenise_shard

    def run(folder: Path, side: Path) -> None:
        trials = {info["trial_id"] for info in read_infos(side / "angles.parquet")}
        angles, tokens = side / "angles.parquet", side / "tokens.parquet"
        tokenise_shard(folder / "tokenizer", angles, trials, tokens)

    return run


def _index_trials(cfg: dict) -> Callable:
    from biomechgpt.splits.index import index_trials

    def run(folder: Path, side: Path) -> None:
        issues = [side / "ingest.tsv", side / "strip.tsv"]
        outputs = (side / name for name in ("trials.parquet", "report.parquet", "report.tsv"))
        index_trials([side / "angles.parquet"], issues, *outputs)

    return run


def _generate_questions(cfg: dict) -> Callable:
    import pandas as pd

    from biomechgpt.cohort.tables import read_cohorts, trial_labels
    from biomechgpt.questions.choice import choose_trials
    from biomechgpt.questions.generate import SCHEMA, generate_questions
    from biomechgpt.questions.truths import list_truths, write_rows

    def run(folder: Path, side: Path) -> None:
        labels = trial_labels(read_cohorts([{"name": "c", "path": str(side)}]))
        trials = labels[["trial_id", "participant_id"]]
        folds = trials[["participant_id"]].drop_duplicates().assign(fold="f", split="train")
        tasks = shipped_tasks()
        settings = {task.name: task.settings for task in tasks}
        choice = choose_trials(labels, pd.DataFrame(trials), folds, "f", settings, 1)
        rows = generate_questions(list_truths(choice.tasks), tasks, 0)
        write_rows(side / "questions.parquet", rows, SCHEMA)

    return run


def run_stage(stage: str, folder: Path, copies: int) -> None:
    """Run one stage on one side in this process and print what it took as JSON."""
    run = load_stage(stage)
    import_s = time.process_time()
    run(folder, folder / str(copies))
    status = Path("/proc/self/status").read_text().splitlines()
    # ru_maxrss would also count what the parent held when it started this process.
    peak_kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps([time.process_time(), import_s, peak_kib / 1024]))


def measure(stage: str, folder: Path, copies: int, repeats: int) -> list[float]:
    """Medians of processor seconds, those of importing among them, and peak memory in MiB."""
    command = [sys.executable, "-m", __spec__.name, "--stage", stage]
    command += ["--folder", folder, "--times", copies]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    runs = []
    for _ in range(repeats):
        done = subprocess.run(
            [str(part) for part in command], env=environment, stdout=subprocess.PIPE, check=True
        )
        runs.append(json.loads(done.stdout))
    return [statistics.median(values) for values in zip(*runs, strict=True)]


def compare(folder: Path, times: int, repeats: int) -> None:
    """Print a line for each stage with both sides and their ratio."""
    print("stage, processor s once and often, ratio (without importing), peak MiB, ratio")
    for stage in STAGES:
        (once_s, import_s, once_mib), (often_s, other_s, often_mib) = (
            measure(stage, folder, copies, repeats) for copies in (1, times)
        )
        bare = (often_s - other_s) / (once_s - import_s)
        print(
            f"{stage}: {once_s:.2f} and {often_s:.2f} s, {often_s / once_s:.2f} ({bare:.2f}, "
            f"importing {import_s:.2f} s); {once_mib:.0f} and {often_mib:.0f} MiB, "
            f"{often_mib / once_mib:.2f}{'' if stage in BY_SHARD else ' (whole cohort)'}",
            flush=True,
        )


def main() -> None:
    """Make the cohort and compare, or, started by itself, run one stage."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("trials", 240), ("times", 10), ("repeats", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.stage:
        run_stage(args.stage, args.folder, args.times)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_cohort(folder, args.trials, args.times)
        rows = len((folder / "1/trials.tsv").read_text().splitlines()) - 1
        print(f"{rows} and {rows * args.times} trials in one shard, load {os.getloadavg()[0]:.1f}")
        compare(folder, args.times, args.repeats)


if __name__ == "__main__":
    main()
