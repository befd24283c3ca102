"""One joint angle over the gait cycle: every stride, their means, and the normal band."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from biomechgpt.features.clinical_angles import ANKLE, SIDES, LegAngle
from biomechgpt.features.normal_gait import NormalCurve
from biomechgpt.features.walking_strides import CYCLE, WalkingStride

WIDTH, HEIGHT = 250, 185  # px
LEFT, RIGHT, TOP, BOTTOM = 28, 12, 8, 34
# What each axis shows at least, in degrees, so that trials and legs can be compared at a glance.
AXES = {
    "hip_flexion": (-30, 50),
    "knee_flexion": (-10, 75),
    "ankle_dorsiflexion": (-30, 25),
    "hip_adduction": (-15, 15),
}
MOST_STRIDES = 8  # drawn of each leg, spread over the trial
STEP, STRIDE_STEP = 2, 4  # of the points of a mean and of a stride every so many are drawn


class CycleAxes(NamedTuple):
    """Where percent of the cycle and degrees lie on the drawing."""

    low_deg: float
    high_deg: float

    def x(self, percent: np.ndarray) -> np.ndarray:
        """Pixels from the left."""
        return LEFT + np.asarray(percent) / 100 * (WIDTH - LEFT - RIGHT)

    def y(self, degrees: np.ndarray) -> np.ndarray:
        """Pixels from the top; flexion is up."""
        share = (self.high_deg - np.asarray(degrees)) / (self.high_deg - self.low_deg)
        return TOP + share * (HEIGHT - TOP - BOTTOM)


def cycle_svg(
    angle: LegAngle, strides: Sequence[WalkingStride], normal: NormalCurve, alt: str
) -> str:
    """The drawing of `strides` that have this angle as SVG; `alt` says in words what is seen.

    Colours are those of gait_panel.css.
    """
    lines = {
        side: np.array([stride.angles_deg[angle.key] for stride in strides if stride.side == side])
        for side in SIDES
    }
    axes = _axes(angle.key, [normal.mean_deg, *lines.values()])
    parts = [_band(axes, normal, spreads) for spreads in (2, 1)]
    parts += [_frame(axes, angle)]
    drawn = {side: curves for side, curves in lines.items() if len(curves)}
    for side, curves in drawn.items():
        parts += [
            _line(axes, curve, f"{SIDES[side]} stride", STRIDE_STEP) for curve in _some(curves)
        ]
    for side, curves in drawn.items():
        parts.append(_line(axes, curves.mean(axis=0), f"{SIDES[side]} mean"))
        if all(stride.has(ANKLE) for stride in strides):
            parts.append(_foot_off(axes, side, strides))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{alt}">'
        + "".join(parts)
        + "</svg>"
    )


def _axes(key: str, curves: Sequence[np.ndarray]) -> CycleAxes:
    """Symmetric for both legs: one axis, widened where a curve leaves what is always shown."""
    low, high = AXES[key]
    values = np.concatenate([curve.ravel() for curve in curves])
    return CycleAxes(min(low, values.min() - 2), max(high, values.max() + 2))


def _some(curves: np.ndarray) -> np.ndarray:
    places = np.linspace(0, len(curves) - 1, min(len(curves), MOST_STRIDES)).round().astype(int)
    return curves[places]


def _line(axes: CycleAxes, curve: np.ndarray, look: str, step: int = STEP) -> str:
    return f'<path class="{look}" d="M{_points(axes, CYCLE * 100, curve, step)}"/>'


def _points(axes: CycleAxes, percent: np.ndarray, degrees: np.ndarray, step: int = STEP) -> str:
    places = zip(axes.x(percent)[::step], axes.y(degrees)[::step], strict=True)
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _band(axes: CycleAxes, normal: NormalCurve, spreads: int) -> str:
    reach, percent = spreads * normal.sd_deg, CYCLE * 100
    upper = _points(axes, percent, normal.mean_deg + reach)
    lower = _points(axes, percent[::-1], (normal.mean_deg - reach)[::-1])
    return f'<path class="band" d="M{upper}L{lower}Z"/>'


def _foot_off(axes: CycleAxes, side: str, strides: Sequence[WalkingStride]) -> str:
    shares = [s.percent(s.times_s.foot_off) for s in strides if s.side == side]
    x = axes.x(np.mean(shares))
    return f'<path class="{SIDES[side]} off" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'


def _frame(axes: CycleAxes, angle: LegAngle) -> str:
    bottom = HEIGHT - BOTTOM
    ticks = [
        t
        for t in MaxNLocator(4).tick_values(axes.low_deg, axes.high_deg)
        if axes.low_deg <= t <= axes.high_deg
    ]
    parts = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>']
    for tick in ticks:
        y = float(axes.y(tick))
        look = "zero" if tick == 0 else "grid"
        parts.append(f'<path class="{look}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT - 4, y + 4, f"{tick:.0f}".replace("-", "\u2212"), "end"))
    parts += [
        _text(float(axes.x(percent)), bottom + 14, str(percent), "middle")
        for percent in (0, 20, 40, 60, 80, 100)
    ]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, "% of the gait cycle", "middle"))
    parts.append(_text(LEFT + 4, TOP + 9, f"{angle.up} \u2191", "start"))
    parts.append(_text(LEFT + 4, bottom - 5, f"{angle.down} \u2193", "start"))
    return "".join(parts)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'
