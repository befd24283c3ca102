"""Times, frames a second and memory of the chat page, asked over HTTP as a browser asks it.

    .venv/bin/python -m benchmarks.chat_page --model results/holdout/models/tiny-all/seed-0

prints how long the page and its first answer take, how fast answers come, how many frames a second the
moving figure reaches in a headless Chromium (software rendering), and what memory the server holds while
several users ask several hundred questions.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import requests

from biomechgpt.chat.run_trials import run_of
from biomechgpt.splits.accepted import read_accepted
from tests.helpers import browser
from tests.helpers.paths import ROOT, read_yaml

PLAYED_S = 5.0
WRITTEN = re.compile(r"The model writes</span> (?!\\u2026)")
FRAMES = """new Promise((done) => {
  const slider = document.querySelector("#first .player input[type=range]");
  document.querySelector("#first .player button").click();
  let before = slider.value, shown = 0; const from = performance.now();
  const tick = (now) => {
    if (slider.value !== before) { shown += 1; before = slider.value; }
    if (now - from < PLAYED) requestAnimationFrame(tick); else done(1000 * shown / (now - from));
  };
  requestAnimationFrame(tick); })"""


class User:
    """One visitor, who speaks to the queue as the page's own code does."""

    def __init__(self, address: str):
        self.address, self.name = address, f"{random.getrandbits(64):x}"
        handlers = requests.get(f"{address}config", timeout=60).json()["dependencies"]
        self.events = {handler["api_name"]: handler["id"] for handler in handlers}

    def send(self, event: str, data: list) -> tuple[str, float, float]:
        """The last outputs of an event as text; seconds to the model's first word, NaN, and to the end."""
        start_s, first_s, last = time.perf_counter(), np.nan, ""
        body = {"data": data, "fn_index": self.events[event], "session_hash": self.name}
        joined = requests.post(f"{self.address}gradio_api/queue/join", json=body, timeout=60)
        for said in self._told():
            if said.get("event_id") != joined.json()["event_id"]:
                continue
            if said["msg"] in ("process_generating", "process_completed"):
                last = json.dumps(said["output"])
                assert said.get("success", True), last
                if np.isnan(first_s) and WRITTEN.search(last):
                    first_s = time.perf_counter() - start_s
            if said["msg"] == "process_completed":
                break
        return last, first_s, time.perf_counter() - start_s

    def _told(self) -> Iterator[dict]:
        url = f"{self.address}gradio_api/queue/data?session_hash={self.name}"
        with requests.get(url, stream=True, timeout=300) as answer:
            for line in answer.iter_lines():
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])


def serve(model: Path) -> tuple[subprocess.Popen, str, float]:
    """Start the page; the process, its address and the seconds until it serves."""
    start_s = time.perf_counter()
    command = [sys.executable, str(ROOT / "workflow_scripts/chat.py"), "--model", str(model)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    for line in process.stdout:
        if address := re.search(r"Open (http\S+)", line):
            requests.get(address[1], timeout=60).raise_for_status()
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, address[1], time.perf_counter() - start_s
    raise SystemExit("the page did not come up")


def frames_a_second(address: str) -> float:
    """Of the figure of the first trial, as it plays at full speed; a movement has 30."""
    with browser.launched() as chromium:
        page = browser.open_page(chromium, address)
        page.wait_for_selector("#first canvas", state="attached")
        return page.evaluate(FRAMES.replace("PLAYED", str(1000 * PLAYED_S)))


def questions() -> list[str]:
    """Everyday questions, and one in ten that is outside."""
    known = read_yaml("resources/chat_questions.yaml")
    everyday = [text for texts in known["everyday"]["measure"].values() for text in texts]
    return everyday + known["outside"]["measure"][: len(everyday) // 10]


def use(user: User, trials: list[str], n_questions: int, pause_s: float, spent_s: list) -> None:
    """Ask, and look at another trial after every tenth question."""
    texts = questions()
    for number in range(n_questions):
        if number % 10 == 0:
            user.send("show_first", [random.choice(trials)])
        _, first_s, all_s = user.send("ask", [random.choice(texts)])
        spent_s.append((first_s, all_s))
        time.sleep(pause_s)


def soak(process: subprocess.Popen, address: str, options: argparse.Namespace) -> None:
    """Print times of answers and the server's memory as the questions go by."""
    trials = _trials(options.model)
    spent_s: list[tuple[float, float]] = []
    each = options.questions // options.users
    threads = [
        threading.Thread(target=use, args=(User(address), trials, each, options.pause, spent_s))
        for _ in range(options.users)
    ]
    start_s, server = time.perf_counter(), psutil.Process(process.pid)
    for thread in threads:
        thread.start()
    told = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        if len(spent_s) >= told:
            print(f"  {len(spent_s):4} questions, {_state(server)}", flush=True)
            told += max(options.questions // 10, 1)
    wall_s, table = time.perf_counter() - start_s, np.array(spent_s)
    print(f"  {len(spent_s):4} questions, {_state(server)}")
    print(
        f"{options.users} users: {_times(table)}, {60 * len(spent_s) / wall_s:.0f} answers a minute,"
    )
    print(f"pauses of {options.pause} s between the questions of a user included")


def _state(server: psutil.Process) -> str:
    return f"{server.memory_info().rss / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f}"


def _times(table: np.ndarray) -> str:
    first, late = np.nanquantile(table[:, 0], [0.5, 0.95])
    whole = np.median(table[:, 1])
    return f"first token {first:.2f} s (95 %: {late:.2f} s), whole answer {whole:.2f} s"


def _trials(model: Path) -> list[str]:
    return read_accepted(run_of(model) / "trials.parquet")["trial_id"].tolist()


def main() -> None:
    """Run all of it on one server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="within the results of its run")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--users", type=int, default=4)
    parser.add_argument("--pause", type=float, default=3.0, help="seconds; 28 make it an hour")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    process, address, up_s = serve(options.model)
    server, start_s = psutil.Process(process.pid), time.perf_counter() - up_s
    try:
        print(
            f"page served {up_s:.1f} s after the command, {_cpu_s(server):.1f} s of them computing"
        )
        user = User(address)
        user.send("show_first", [_trials(options.model)[0]])
        print(f"movement shown {time.perf_counter() - start_s:.1f} s after the command")
        user.send("ask", ["How fast does this person walk?"])
        first_s = time.perf_counter() - start_s
        print(f"first answer {first_s:.1f} s after the command, {_cpu_s(server):.1f} s computing")
        alone = np.array([user.send("ask", [text])[1:] for text in questions()[:20]])
        print(f"one user: {_times(alone)}, {60 / alone[:, 1].mean():.0f} answers a minute")
        if browser.executable():
            print(
                f"moving figure: {frames_a_second(address):.1f} frames a second, software rendering"
            )
        soak(process, address, options)
    finally:
        process.terminate()


def _cpu_s(server: psutil.Process) -> float:
    times = server.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
