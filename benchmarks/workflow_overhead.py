"""How much of a finished run was the workflow and not the work: starting, importing, waiting.

    python -m benchmarks.workflow_overhead .snakemake/log/2026-11-21T231953.853922.snakemake.log

Reads Snakemake's log of the run. A job works from when its script has started and imported its modules, which
is measured here once for each script in processor time, until it ends. Overhead is the share of the run's
wall time in which no job worked. The log is written in whole seconds.
"""

import argparse
import ast
import os
import re
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests.helpers.paths import ROOT

SCRIPTS = ROOT / "workflow_scripts"
# Rules whose script bears another name.
OTHER_NAMES = {"report": "make_report"}
TIME = re.compile(r"\[(\w{3} \w{3} +\d+ [\d:]+ \d{4})\]")
STARTED, ENDED = re.compile(r"Job (\d+): "), re.compile(r"Finished jobid: (\d+) \(Rule: (\w+)\)")
ELAPSED = re.compile(r"Elapsed time: (?:(\d+) days?, )?(\d+):(\d+):([\d.]+)")


def read_log(path: Path) -> tuple[list[tuple[str, float, float]], float]:
    """Rule, start and end (s) of each job, and the wall time of the run (s)."""
    now_s, wall_s, started, jobs = 0.0, 0.0, {}, []
    for line in path.read_text().splitlines():
        if match := TIME.match(line):
            now_s = datetime.strptime(match[1], "%a %b %d %H:%M:%S %Y").timestamp()
        elif match := STARTED.match(line):
            started[match[1]] = now_s
        elif (match := ENDED.match(line)) and match[1] in started:
            jobs.append((match[2], started[match[1]], now_s))
        elif match := ELAPSED.match(line):
            days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
            wall_s = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if not jobs or not wall_s:
        raise SystemExit(f"{path} is no log of a finished run")
    return jobs, wall_s


def starting_seconds(rule: str) -> float:
    """Processor seconds that the script of a rule takes before it calls the library."""
    script = SCRIPTS / f"{OTHER_NAMES.get(rule, rule)}.py"
    imports = [
        node
        for node in ast.parse(script.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    program = ast.unparse(ast.Module(imports, type_ignores=[]))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], cwd=SCRIPTS, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds_covered(intervals: list[tuple[float, float]]) -> float:
    """The length of the union of intervals (s)."""
    covered_s, until_s = 0.0, float("-inf")
    for start_s, end_s in sorted(intervals):
        covered_s += max(0.0, end_s - max(start_s, until_s))
        until_s = max(until_s, end_s)
    return covered_s


def main() -> None:
    """Parse the arguments and print a line for each rule and one for the run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", type=Path, help="of a finished run, in .snakemake/log")
    args = parser.parse_args()
    jobs, wall_s = read_log(args.log)
    jobs = [job for job in jobs if job[0] != "all"]
    start_s = {rule: starting_seconds(rule) for rule in dict.fromkeys(job[0] for job in jobs)}
    for rule, each_s in start_s.items():
        took_s = [end_s - began_s for name, began_s, end_s in jobs if name == rule]
        print(f"{rule}: {len(took_s)} jobs, {sum(took_s):.0f} s, to start each {each_s:.2f} s")
    work = [(min(began_s + start_s[rule], end_s), end_s) for rule, began_s, end_s in jobs]
    worked_s = seconds_covered(work)
    total_s, starting_s = sum(e - b for _, b, e in jobs), sum(start_s[rule] for rule, _, _ in jobs)
    print(f"{len(jobs)} jobs of {total_s:.0f} s together, {starting_s:.0f} s of it to start")
    print(
        f"wall time {wall_s:.0f} s, in {worked_s:.0f} s of it some job worked: overhead "
        f"{1 - worked_s / wall_s:.1%}; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
