"""Frames a second of the moving skeletons in a browser without a GPU, against what a trial asks for.

A headless Chromium draws in software. "played" counts the frames that appear while a made-up walk of
30 frames a second plays for some seconds; "at most" how many could be drawn one after the other.
Needs a Chromium on the machine.
"""

import argparse
import itertools
import json
import platform
import tempfile
from pathlib import Path

import numpy as np

from biomechgpt.report.movement_page.movement_page import SCRIPTS, STYLES
from biomechgpt.report.movement_page.skeleton import motion
from tests.helpers import browser
from tests.helpers.paths import ROOT

RATE_HZ = 30
SCREENS = {"desktop": browser.DESKTOP, "phone": browser.PHONE}
LENGTHS_S = (10, 60, 600)
PLAYED = """new Promise((done) => {{
  let frames = 0;
  const watcher = new MutationObserver(() => {{ frames += 1; }});
  watcher.observe(document.querySelector(".time"), {{ childList: true }});
  shown.play();
  setTimeout(() => {{ shown.pause(); done(frames / {seconds}); }}, {seconds} * 1000);
}})"""
# Reading one pixel waits until everything is drawn.
AT_MOST = """(() => {
  const canvases = [...document.querySelectorAll("canvas")].map((canvas) => canvas.getContext("2d"));
  const began = performance.now();
  for (let frame = 0; frame < 100; frame += 1) {
    shown.seek(frame);
    canvases.forEach((pen) => pen.getImageData(0, 0, 1, 1));
  }
  return 100000 / (performance.now() - began);
})()"""


def main() -> None:
    """Print a line a screen and length of trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="how long each movement plays")
    seconds = parser.parse_args().seconds
    if browser.executable() is None:
        parser.error("no Chromium on this machine")
    print(
        f"{platform.processor() or platform.machine()}, {browser.executable()}, software rendering"
    )
    print("screen   trial (s)  wanted (1/s)  played (1/s)  at most (1/s)")
    with tempfile.TemporaryDirectory() as folder, browser.launched() as chromium:
        file = Path(folder) / "page.html"
        for (screen, size), length_s in itertools.product(SCREENS.items(), LENGTHS_S):
            file.write_text(html(length_s), encoding="utf-8")
            page = browser.open_page(chromium, file.as_uri(), size)
            played, at_most = page.evaluate(PLAYED.format(seconds=seconds)), page.evaluate(AT_MOST)
            print(f"{screen:<8} {length_s:>9}  {RATE_HZ:>12}  {played:>12.1f}  {at_most:>13.0f}")
            page.close()


def html(length_s: int) -> str:
    """A page with one player that shows two takes of a made-up walk."""
    frames = np.arange(length_s * RATE_HZ)[:, None]
    angles = 0.4 * np.sin(2 * np.pi * frames / RATE_HZ + np.arange(34))
    tokens = np.random.default_rng(0).integers(0, 512, len(frames) // 4)
    shown = motion({"first": angles, "second": 0.9 * angles}, RATE_HZ, tokens, 4)
    folder = ROOT / "workflow_scripts/biomechgpt/report/assets"
    style = "".join((folder / name).read_text(encoding="utf-8") for name in STYLES)
    script = "".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS[:2])
    return (
        f"<!doctype html><style>{style}</style><body class=movement><main></main><script>{script}"
        f"const shown = player(document.querySelector('main'), {json.dumps(shown)});</script>"
    )


if __name__ == "__main__":
    main()
