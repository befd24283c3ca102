"""What a run says of itself beside its figures: configuration, versions, machine, time, memory."""

import datetime
import json
import os
import platform
from pathlib import Path

import pandas as pd

from biomechgpt.errors import InputError

FORMAT = 1  # of run.json; another one is refused


def describe_run(
    config: dict, versions: dict[str, str], simulated: bool, benchmarks: os.PathLike
) -> dict:
    """The content of `run.json` for a run that ends on this machine.

    `benchmarks` is the folder of Snakemake's benchmark files. `busy_s` are the seconds in which
    some job was at work, so that a pause between two starts does not count.
    """
    jobs = read_benchmarks(benchmarks)
    return {
        "format": FORMAT,
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "busy_s": round(busy_seconds(jobs), 1),
        "peak_memory_mib": None if jobs["max_rss"].isna().all() else float(jobs["max_rss"].max()),
        "simulated": simulated,
        "versions": versions,
        "config": config,
    }


def read_run_description(path: os.PathLike) -> dict:
    """Read a `run.json`.

    Raises:
        InputError: It is missing, is no JSON, or has another format than this code writes.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{path} is missing. It is written with the report: finish `make run` first."
        )
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            f"{path} is no JSON ({error}). Delete it and start `make run` again."
        ) from error
    version = description.get("format") if isinstance(description, dict) else None
    if version != FORMAT:
        raise InputError(
            f"{path} has format {version}, and this version of the workflow reads format {FORMAT}. "
            "Write it again: `make run`, then `make figures-in-docs`."
        )
    return description


def read_benchmarks(folder: os.PathLike) -> pd.DataFrame:
    """Snakemake's benchmark files under a folder, a row a job: rule, s, max_rss (MiB), ended (s).

    The first part of a file's path under the folder, without its ending, is the rule; `ended` is
    when the file was written, seconds since 1970.
    """
    columns = ["rule", "s", "max_rss", "ended"]
    files = sorted(Path(folder).rglob("*.tsv"))
    jobs = [
        pd.read_csv(path, sep="\t").assign(
            rule=path.relative_to(folder).parts[0].split(".")[0], ended=path.stat().st_mtime
        )
        for path in files
    ]
    table = pd.concat(jobs)[columns] if jobs else pd.DataFrame(columns=columns, dtype=float)
    # Snakemake writes "-" or nothing for a job too short to be measured.
    return table.assign(max_rss=pd.to_numeric(table["max_rss"], errors="coerce"))


def busy_seconds(jobs: pd.DataFrame) -> float:
    """Seconds in which at least one job (columns `s`, `ended`) was at work."""
    busy, last_end = 0.0, float("-inf")
    for start, end in sorted(zip(jobs["ended"] - jobs["s"], jobs["ended"], strict=True)):
        busy += max(end - max(start, last_end), 0.0)
        last_end = max(last_end, end)
    return busy


def processor() -> str:
    """The processor's type in its maker's words, or the architecture where the system hides it."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
