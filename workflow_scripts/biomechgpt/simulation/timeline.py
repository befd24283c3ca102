"""What happens when in a trial, sampled to tracks that the renderer mixes poses with."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from biomechgpt.simulation.gait_pattern import GaitPattern

RAMP_S = 0.35  # over which a way of going replaces another
STEP_SD_LIMIT = 2.5


class Segment(NamedTuple):
    """A part of the trial: still, changing seat (`sit`), or stepping in a `way`."""

    name: str
    start_s: float
    stop_s: float
    way: str | None
    sit: tuple[float, float]
    turn_deg: float


@dataclass
class Tracks:
    """The trial at its frame rate; every array starts with (T,)."""

    time_s: np.ndarray
    phase: np.ndarray  # cycles of the right leg
    swing: np.ndarray  # factor on what moves, about 1
    ways: dict[str, np.ndarray]  # weight of each way of going, together at most 1
    sit: np.ndarray  # 0 standing, 1 sitting
    rise: np.ndarray  # bell while changing seat
    heading_deg: np.ndarray
    lift: np.ndarray  # 1 while stepping over an obstacle


class Timeline:
    """Segments one after the other; each method appends one and returns its duration in s."""

    def __init__(self, gait: GaitPattern, variation: dict, random: np.random.Generator):
        self.gait, self.variation, self.random = gait, variation, random
        self.now_s, self.seated = 0.0, 0.0
        self.segments: list[Segment] = []
        self.phase = 0.5 * int(random.integers(2))
        self.knots = [(0.0, self.phase, 1.0)]  # time, phase, swing
        self.strikes_s: list[float] = []  # heel strikes of straight walking
        self.lifts_s: list[tuple[float, float]] = []

    def still(self, seconds: float, name: str = "still") -> float:
        return self._append(name, seconds, None, (self.seated, self.seated), 0.0)

    def change_seat(self, seconds: float, sitting: bool, name: str) -> float:
        target = 1.0 if sitting else 0.0
        spent = self._append(name, seconds, None, (self.seated, target), 0.0)
        self.seated = target
        return spent

    def steps(
        self,
        count: int,
        way: str = "forward",
        name: str = "walk",
        turn_deg: float = 0.0,
        pace: float | np.ndarray = 1.0,
    ) -> float:
        """`count` steps; `pace` is the cadence relative to the gait's own, for all steps or for each."""
        durations_s = self._step_times(count, np.broadcast_to(pace, count))
        sign = -1 if way == "backward" else 1
        self.knots.append((self.now_s, self.phase, self.knots[-1][2]))
        times = self.now_s + np.cumsum(durations_s)
        for time_s in times:
            self.phase += 0.5 * sign
            self.knots.append((float(time_s), self.phase, self._swing()))
        if name == "walk":
            self.strikes_s += times.tolist()
        return self._append(name, float(durations_s.sum()), way, (0.0, 0.0), turn_deg)

    def lift_next(self, steps: int) -> None:
        """The coming `steps` are taken over an obstacle."""
        self.lifts_s.append((self.now_s, self.now_s + steps * self.gait.step_s))

    def _append(self, name: str, seconds: float, way, sit, turn_deg: float) -> float:
        stop_s = self.now_s + seconds
        self.segments.append(Segment(name, self.now_s, stop_s, way, sit, turn_deg))
        self.now_s = stop_s
        self.knots.append((stop_s, self.phase, self.knots[-1][2]))
        return seconds

    def _normal(self, size=None):
        return np.clip(self.random.standard_normal(size), -STEP_SD_LIMIT, STEP_SD_LIMIT)

    def _step_times(self, count: int, pace: np.ndarray) -> np.ndarray:
        spread = np.exp(self.variation["step_time_cv"] * self._normal(count))
        # A step that ends on a whole phase is the right leg's swing.
        lands_right = (2 * self.phase + 1 + np.arange(count)) % 2 == 0
        side = np.where(lands_right, 1.0, -1.0) * self.variation["right_swing_longer"]
        return self.gait.step_s / pace * spread * (1 + side)

    def _swing(self) -> float:
        return float(max(0.2, 1 + self.variation["step_amplitude_cv"] * self._normal()))

    def tracks(self, frame_rate_hz: float, names: tuple[str, ...]) -> Tracks:
        """Sample the timeline; `names` are the ways of going a gait has."""
        time_s = np.arange(int(np.floor(self.now_s * frame_rate_hz)) + 1) / frame_rate_hz
        sit, heading, rise = (np.zeros(len(time_s)) for _ in range(3))
        ways = {name: np.zeros(len(time_s)) for name in names}
        facing = 0.0
        for segment in self.segments:
            inside = (time_s >= segment.start_s) & (time_s <= segment.stop_s)
            span_s = max(segment.stop_s - segment.start_s, 1e-6)
            progress = (time_s[inside] - segment.start_s) / span_s
            smooth = progress**2 * (3 - 2 * progress)
            sit[inside] = segment.sit[0] + (segment.sit[1] - segment.sit[0]) * smooth
            if segment.sit[0] != segment.sit[1]:
                rise[inside] = np.sin(np.pi * progress) ** 2
            heading[inside] = facing + segment.turn_deg * smooth
            facing += segment.turn_deg
            if segment.way:
                ways[segment.way][inside] = 1.0
        ways = {n: _smoothed(w, RAMP_S * frame_rate_hz) for n, w in ways.items() if w.any()}
        knots = np.array(self.knots)
        _, first = np.unique(knots[:, 0], return_index=True)
        times, phases, swings = knots[first].T
        phase = PchipInterpolator(times, phases)(time_s)
        lift = np.zeros(len(time_s))
        for start_s, stop_s in self.lifts_s:
            lift[(time_s >= start_s) & (time_s <= stop_s)] = 1.0
        lift = _smoothed(lift, 0.25 * frame_rate_hz)
        swing = np.interp(time_s, times, swings)
        return Tracks(time_s, phase, swing, ways, sit, rise, heading, lift)


def _smoothed(values: np.ndarray, frames: float) -> np.ndarray:
    """Moving average (T,) with a bell of about `frames`, edges held."""
    half = max(1, round(frames / 2))
    kernel = np.hanning(2 * half + 3)[1:-1]
    padded = np.pad(values, half, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")
