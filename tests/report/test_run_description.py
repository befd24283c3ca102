"""A run says which machine it was on, how long it worked and what it was set to."""

import os

import pandas as pd
import pytest

from biomechgpt.report.run_description import (
    busy_seconds,
    describe_run,
    processor,
    read_benchmarks,
    read_run_description,
)


def write_benchmark(folder, name, ended, seconds, memory):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:00\t{memory}\n")
    os.utime(path, (ended, ended))


def test_a_pause_between_two_starts_is_no_time_of_the_run():
    jobs = pd.DataFrame({"s": [10.0, 8.0, 4.0, 5.0], "ended": [110.0, 112.0, 109.0, 5000.0]})
    assert busy_seconds(jobs) == 12.0 + 5.0


def test_time_and_memory_are_those_of_the_jobs(tmp_path):
    write_benchmark(tmp_path, "finetune/holdout/seed-0.tsv", 1000, 60.0, 900.5)
    write_benchmark(tmp_path, "ingest/0.tsv", 1030, 30.0, "-")
    run = describe_run({"run": None}, {"python": "3.11.7"}, True, tmp_path)
    assert (run["busy_s"], run["peak_memory_mib"]) == (90.0, 900.5)
    assert run["cores"] == os.cpu_count()
    assert run["config"] == {"run": None}
    assert list(read_benchmarks(tmp_path)["rule"]) == ["finetune", "ingest"]


def test_a_run_without_benchmarks_has_no_time(tmp_path):
    run = describe_run({}, {}, False, tmp_path)
    assert (run["busy_s"], run["peak_memory_mib"]) == (0.0, None)


def test_a_processor_has_a_name():
    assert processor().strip()


def test_what_is_no_description_is_refused(tmp_path):
    path = tmp_path / "run.json"
    path.write_text("[]")
    with pytest.raises(ValueError, match=r"run\.json has format None"):
        read_run_description(path)
