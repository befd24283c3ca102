"""Fuzz every reader, the tables, maps, phrasings and the config: `python -m tests.fuzz.fuzz --help`.

A case is made from (seed, target, number) and from the cases before it that reached something new:
another ending, or a line of the library that none had reached. The same seed and number of cases
therefore make the same cases, whatever the machine. Each batch runs in a child process with a limit
on time and memory that may write nowhere but in its own folder. Every finding is written to --keep
and can be run again with --replay.
"""

import argparse
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # others reserve more than they use

from tests.fuzz.fuzz_seeds import WORDS, seeds
from tests.fuzz.fuzz_targets import BINARY, DECLARED, SEEDS_OF, TARGETS, prepare
from tests.fuzz.fuzz_worker import TRACED, Corpus, Ending, digest, limit, run_case

BATCH = 10_000  # cases of all targets between two looks at what is new
CORPUS_LIMIT = 1_500  # files a target
REPORTED = 250  # cases between two messages on how they ended
STUCK_FACTOR = 12  # a child that does not even heed the alarm is killed after so many limits


class Batch(NamedTuple):
    """Cases of one target."""

    target: str
    start: int
    stop: int


class Finding(NamedTuple):
    """A case that ended as no case may."""

    target: str
    number: int
    kind: str  # the ending, the same for all cases of one cause
    what: str
    content: bytes


class Fuzz:
    """The state of a run: what every target starts from, and what was seen."""

    def __init__(self, targets: dict, seed: int, seconds: float, folder: Path):
        self.targets, self.seed, self.seconds, self.folder = targets, seed, seconds, folder
        files = seeds()
        names = {name: SEEDS_OF.get(name, name) for name in targets}
        words = {name: WORDS.get(other, b"").split() for name, other in names.items()}
        self.corpora = {n: Corpus(files.get(other, [b""]), words[n]) for n, other in names.items()}
        self.endings: dict[str, Counter] = {name: Counter() for name in targets}
        self.lines: set = set()
        self.findings: list[Finding] = []
        self.context = multiprocessing.get_context("fork")

    def run(self, batch: Batch) -> None:
        """Run a batch to its end, in as many children as it takes."""
        start, fresh = batch.start, {}
        while start < batch.stop:
            start = self._child(batch._replace(start=start), fresh)
        corpus = self.corpora[batch.target]
        added = [corpus.case(self.seed, batch.target, number) for number in sorted(fresh)]
        corpus.files += added[: CORPUS_LIMIT - len(corpus.files)]

    def _child(self, batch: Batch, fresh: dict[int, Ending]) -> int:
        """Run a batch in a child; return where the next one goes on."""
        ours, theirs = self.context.Pipe(duplex=False)
        at = self.context.RawValue("q", batch.start)
        child = self.context.Process(target=self._work, args=(batch, at, theirs), daemon=True)
        child.start()
        theirs.close()
        died = self._listen(ours, at, child, fresh, batch.target)
        child.join()
        if not died:
            return batch.stop
        content = self.corpora[batch.target].case(self.seed, batch.target, at.value)
        self.findings.append(Finding(batch.target, at.value, died, died, content))
        return at.value + 1

    def _listen(self, pipe: Connection, at, child, fresh: dict[int, Ending], target: str) -> str:
        """Take what a child reports until it ends; say how it died, if it did."""
        seen, since = at.value, time.monotonic()
        while True:
            try:
                if pipe.poll(1):
                    message = pipe.recv()
                    if isinstance(message, Counter):
                        self.endings[target].update(message)
                    elif message is None:
                        return ""
                    else:
                        self._note(target, *message, fresh)
                    continue
            except EOFError:
                child.join()
                return f"the process ended with exit code {child.exitcode}"
            if at.value != seen:
                seen, since = at.value, time.monotonic()
            elif time.monotonic() - since > STUCK_FACTOR * self.seconds:
                child.kill()
                return f"hung for {STUCK_FACTOR * self.seconds:g} s, deaf to its alarm"

    def _note(self, target: str, number: int, ending: Ending, content: bytes | None, fresh) -> None:
        if ending.finding:
            finding = Finding(target, number, ending.signature, ending.finding, content)
            self.findings.append(finding)
        else:
            fresh[number] = ending
        self.lines |= ending.lines

    def _work(self, batch: Batch, at, pipe: Connection) -> None:
        """What a child does: make each case, run it, report what is new."""
        suffix, _, check = self.targets[batch.target]
        corpus, known = self.corpora[batch.target], set(self.endings[batch.target])
        counts: Counter = Counter()
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            prepare(folder)
            path = folder / "cohort" / f"case{suffix}"
            limit(folder)
            for number in range(batch.start, batch.stop):
                at.value = number
                content = corpus.case(self.seed, batch.target, number)
                path.write_bytes(content)
                traced = number % TRACED == 0
                ending = run_case(check, path, DECLARED, self.seconds, traced)
                is_new = ending.signature not in known
                if is_new and not traced:
                    ending = run_case(check, path, DECLARED, self.seconds, traced=True)
                if is_new or ending.finding or not ending.lines <= self.lines:
                    pipe.send((number, ending, content if ending.finding else None))
                known.add(ending.signature)
                self.lines |= ending.lines
                counts[ending.signature] += 1
                if number % REPORTED == 0:
                    pipe.send(counts)
                    counts.clear()
        pipe.send(counts)
        pipe.send(None)
        pipe.close()


def batches(targets: dict, cases: int):
    """The cases of all targets in batches, each target with its share."""
    total = sum(share for _, share, _ in targets.values())
    done = dict.fromkeys(targets, 0)
    for start in range(0, cases, BATCH):
        upto = min(start + BATCH, cases)
        for name, (_, share, _) in targets.items():
            stop = -(-upto * share // total)
            if stop > done[name]:
                yield Batch(name, done[name], stop)
            done[name] = stop


def fuzz(cases: int, seed: int, seconds: float, targets: dict, folder: Path) -> Fuzz:
    """Run `cases` cases over `targets`; the findings and counts are in what is returned."""
    run = Fuzz(targets, seed, seconds, folder)
    try:
        for batch in batches(targets, cases):
            before = len(run.findings)
            run.run(batch)
            for finding in run.findings[before:][:5]:
                print(f"found {finding.target} {finding.number}: {finding.what}", flush=True)
            counts = f"{len(run.corpora[batch.target].files)} files, {len(run.lines)} lines"
            print(
                f"{batch.target} {batch.stop}: {counts}, {len(run.findings)} findings", flush=True
            )
    except KeyboardInterrupt:
        print("interrupted; this is what was found until then")
    return run


def summary(run: Fuzz, seconds: float) -> str:
    """Cases, rate, endings and findings, as lines."""
    counts = {name: sum(endings.values()) for name, endings in run.endings.items()}
    text = sum(n for name, n in counts.items() if name not in BINARY)
    total = sum(counts.values())
    lines = [f"{total} cases in {seconds:.0f} s ({total / seconds:.0f} a second), {text} of text"]
    for name, endings in run.endings.items():
        n_read = sum(n for ending, n in endings.items() if ending.startswith("read "))
        ways = f"{len(endings)} ways to end, {len(run.corpora[name].files)} files kept"
        lines.append(f"  {name}: {counts[name]} cases, {n_read} accepted, {ways}")
    kinds = Counter((finding.target, finding.kind) for finding in run.findings)
    lines.append(f"fingerprint {fingerprint(run)}")
    lines += [f"FINDING {n} x {target}: {kind}" for (target, kind), n in kinds.most_common()]
    return "\n".join([*lines, f"{len(run.findings)} findings of {len(kinds)} kinds"])


def fingerprint(run: Fuzz) -> str:
    """The same for two runs that had the same cases end in the same ways."""
    endings = {name: sorted(counts.items()) for name, counts in run.endings.items()}
    files = {name: [digest(file) for file in corpus.files] for name, corpus in run.corpora.items()}
    return digest(repr((endings, files)).encode())


def keep(findings: list[Finding], folder: Path, seed: int) -> None:
    """Write the shortest finding of each kind, its target before the dot of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    by_length = sorted(findings, key=lambda finding: -len(finding.content))
    for finding in {(finding.target, finding.kind): finding for finding in by_length}.values():
        path = folder / f"{finding.target}.{digest(finding.content)}"
        path.write_bytes(finding.content)
        print(f"{path}: seed {seed}, case {finding.number}: {finding.what}")


def replay(path: Path, seconds: float) -> Ending:
    """Run one kept case again, in this process."""
    suffix, _, check = TARGETS[path.name.split(".")[0]]
    content = path.read_bytes()
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        case = Path(name, "cohort", f"case{suffix}")
        case.write_bytes(content)
        limit(Path(name))
        return run_case(check, case, DECLARED, seconds)


def main() -> int:
    """Run as the arguments say; 1 where there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--targets", nargs="+", choices=sorted(TARGETS), default=list(TARGETS))
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="limit of one case, of processor time"
    )
    parser.add_argument("--keep", type=Path, default=Path("fuzz_findings"))
    parser.add_argument("--replay", type=Path, help="run one kept case again")
    arguments = parser.parse_args()
    if arguments.replay:
        ending = replay(arguments.replay, arguments.seconds)
        print(ending.signature, ending.finding or "ends as declared", sep="\n")
        return bool(ending.finding)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    targets = {name: TARGETS[name] for name in arguments.targets}
    start = time.monotonic()
    with tempfile.TemporaryDirectory(
        dir="/dev/shm" if os.path.isdir("/dev/shm") else None
    ) as folder:
        run = fuzz(arguments.cases, arguments.seed, arguments.seconds, targets, Path(folder))
    print(summary(run, time.monotonic() - start))
    keep(run.findings, arguments.keep, arguments.seed)
    return bool(run.findings)


if __name__ == "__main__":
    sys.exit(main())
