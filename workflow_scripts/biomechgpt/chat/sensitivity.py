"""What a model is sensitive to: how its answer changes where a stretch of the movement is left out."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Sensitivity(NamedTuple):
    """The change of an answer without each stretch of the movement, in the unit of `whole`."""

    ends_s: list[float]  # of the stretches, n + 1, from the start of the movement
    changes: list[float]  # n
    whole: float  # the answer about the whole movement: percent of an option, or a number
    unit: str  # percentage points, or the unit of the task
    decimals: int
    of: str  # the option, or the task

    @property
    def most(self) -> int:
        """The stretch without which the answer changes most."""
        return int(np.argmax(np.abs(self.changes)))

    @property
    def sentence(self) -> str:
        """Which stretch matters most, in words."""
        start_s, end_s = self.ends_s[self.most : self.most + 2]
        change = self._shown(abs(self.changes[self.most]))
        if float(change) == 0:
            return "The model answers the same whichever of these stretches is left out."
        direction = "lower" if self.changes[self.most] < 0 else "higher"
        return (
            f"The model is most sensitive to {start_s:.1f} to {end_s:.1f} s: without them its answer "
            f"({self.of}, {self._shown(self.whole)}) is {change} {self.unit} {direction}."
        )

    @property
    def bars(self) -> list[tuple[float, float, float, str]]:
        """Left end, width and height in percent of the bar of each stretch, and its change in words."""
        end_s, largest = self.ends_s[-1], max(map(abs, self.changes)) or 1.0
        return [
            (
                100 * start_s / end_s,
                100 * (stop_s - start_s) / end_s,
                100 * abs(change) / largest,
                f"{start_s:.1f} to {stop_s:.1f} s: {change:+.{self.decimals}f} {self.unit}",
            )
            for (start_s, stop_s), change in zip(pairwise(self.ends_s), self.changes, strict=True)
        ]

    @property
    def numbers(self) -> set[str]:
        """The numbers that the sentence may name."""
        shown = [self._shown(abs(value)) for value in (self.whole, *self.changes)]
        return {*shown, *(f"{end_s:.1f}" for end_s in self.ends_s)}

    def _shown(self, value: float) -> str:
        return f"{value:.{self.decimals}f}"
