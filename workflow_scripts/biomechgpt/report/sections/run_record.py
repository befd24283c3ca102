"""The sections on the run itself: time and memory, configuration, versions, hashes."""

import hashlib
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pandas as pd
import yaml

from biomechgpt.report.page.blocks import Code, Paragraph, TableBlock
from biomechgpt.report.page.wording import count, number
from biomechgpt.report.run_description import read_benchmarks

SCRIPTS = files("biomechgpt").parent


def time_and_memory(benchmarks: os.PathLike | None) -> list:
    """Seconds and peak memory of every rule, from Snakemake's benchmark files under a folder."""
    jobs = None if benchmarks is None else read_benchmarks(benchmarks)
    if jobs is None or jobs.empty:
        return [Paragraph("Time and memory are left out: there are no benchmark files.", "quiet")]
    by_rule = jobs.groupby("rule").agg(
        jobs=("s", "size"), total=("s", "sum"), longest=("s", "max"), peak=("max_rss", "max")
    )
    rows = [
        [rule, count(r.jobs), number(r.total, 1), number(r.longest, 1), count(r.peak)]
        for rule, r in zip(by_rule.index, by_rule.itertuples(), strict=True)
    ]
    rows.sort(key=lambda row: -float(row[2]))
    total = [
        count(len(jobs)),
        number(jobs["s"].sum(), 1),
        number(jobs["s"].max(), 1),
        count(jobs["max_rss"].max()),
    ]
    head = ["stage", "jobs", "seconds, all jobs", "seconds, longest job", "peak memory (MiB)"]
    caption = (
        "Time and memory of each stage. Jobs run side by side, so the run took less than the sum."
    )
    return [TableBlock(caption, head, [*rows, ["all", *total]])]


def hashes(sources: Mapping[str, os.PathLike], trials: pd.DataFrame | None) -> list:
    """What the run was made from and by: hashes of files, of all recordings, of the code.

    `sources` names the files to hash.
    """
    rows = [[name, "file", _sha256(path)] for name, path in sources.items()]
    if trials is not None and "angles_sha256" in trials:
        together = "\n".join(sorted(trials["angles_sha256"]))
        digest = hashlib.sha256(together.encode()).hexdigest()[:16]
        rows.append(["joint angles of all accepted trials", "data", digest])
    code = hashlib.sha256()
    for path in sorted(SCRIPTS.rglob("*.py")):
        code.update(path.read_bytes())
    rows.append(["all scripts and modules", "code", code.hexdigest()[:16]])
    caption = "Hashes (SHA-256, first 16 digits) of what the figures come from."
    return [TableBlock(caption, ["what", "kind", "hash"], rows, n_text=3, long=True)]


def _sha256(path: os.PathLike) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def configuration(config: dict, versions: dict[str, str]) -> list:
    """The configuration that was used, as YAML, and the versions of what computed it."""
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=100)
    rows = [[name, version] for name, version in versions.items()]
    return [TableBlock("Versions.", ["software", "version"], rows, n_text=2), Code(text)]
