"""The picture of README: a moving skeleton with questions and answers, and the road of the data."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from textwrap import wrap

STAGES = (
    ("recordings", "OpenSim, joint centres"),
    ("joint angles", "34, without the pelvis"),
    ("motion tokens", "VQ-VAE"),
    ("questions", "and their answers"),
    ("language model", "Gemma 3 with QLoRA"),
    ("report", "beside simple methods"),
)
WIDTH, HEIGHT = 960, 430
FLOOR, MIDDLE = 290, 150  # where the figure stands
PIXELS_PER_CM = 1.4
TEXT_X, LINE = 320, 19
CHARACTERS = 84  # of a line of text
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px; fill: #59636e }
.answer { font-weight: 600 } path { fill: none; stroke-width: 5; stroke-linecap: round }
.right { stroke: #0969da } .left { stroke: #bc4c00 } .middle, .floor { stroke: #59636e }
.floor { stroke-width: 1 } rect { fill: none; stroke: #59636e; rx: 6px }
.arrow { stroke: #59636e; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .small { fill: #9198a1 }
.right { stroke: #4493f8 } .left { stroke: #f0883e } }
"""


def picture(example: Mapping, simulated: bool) -> str:
    """An SVG of `WIDTH` by `HEIGHT` that moves by itself, readable on light and dark pages.

    `example` is what `example_of_run` makes.
    """
    origin = "simulated trial" if simulated else "trial"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>A {origin}, what the language model answers about it, and the road of the data</title>",
        f"<style>{STYLE}</style>",
        f'<path class="floor" d="M20 {FLOOR}H280"/>',
        *_limbs(example["paths_cm"], example["frame_rate_hz"]),
        _text(20, FLOOR + 20, f"{origin} {example['trial_id']}; right blue, left orange", "small"),
        *_conversation(example["answers"]),
        *_road(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _limbs(paths_cm: Mapping[str, Sequence], rate_hz: float) -> Iterator[str]:
    """One path a side of the body, which takes the shape of each frame in turn."""
    for side in ("left", "middle", "right"):  # the nearer side comes last
        shapes = [
            "".join(f"M{_place(start)}L{_place(end)}" for start, end in bones)
            for bones in paths_cm[side]
        ]
        seconds = len(shapes) / rate_hz
        yield (
            f'<path class="{side}" d="{shapes[0]}"><animate attributeName="d" dur="{seconds:.2f}s" '
            f'repeatCount="indefinite" values="{";".join([*shapes, shapes[0]])}"/></path>'
        )


def _place(point_cm: Sequence[int]) -> str:
    x, y = MIDDLE + PIXELS_PER_CM * point_cm[0], FLOOR - 3 - PIXELS_PER_CM * point_cm[1]
    return f"{x:.0f} {y:.0f}"


def _conversation(answers: Sequence[Mapping]) -> Iterator[str]:
    y = 40
    for row in answers:
        for line in wrap(row["question"], CHARACTERS):
            yield _text(TEXT_X, y, line)
            y += LINE
        yield _text(TEXT_X + 20, y, row["answer"], "answer")
        yield _text(TEXT_X + 20, y + 15, f"truth: {row['truth']}", "small")
        y += 2.5 * LINE


def _road() -> Iterator[str]:
    step, width = (WIDTH - 20) / len(STAGES), 140
    for place, (name, remark) in enumerate(STAGES):
        x, y = 12 + place * step, HEIGHT - 80
        yield f'<rect x="{x:.0f}" y="{y}" width="{width}" height="54"/>'
        yield _text(x + 10, y + 23, name)
        yield _text(x + 10, y + 41, remark, "small")
        if place:
            yield f'<path class="arrow" d="M{x - step + width + 3:.0f} {y + 27}H{x - 3:.0f}m-5 -4l5 4l-5 4"/>'


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{name}>{escape(words)}</text>'
