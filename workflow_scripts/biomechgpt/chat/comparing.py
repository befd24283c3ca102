"""Two movements beside each other: what of the measured record differs, and by more than strides do."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from biomechgpt.chat.measured_sentences import begun, titled, with_unit
from biomechgpt.features.measured_quantity import MeasuredQuantity

CLEAR = 0.99  # of a confidence interval that leaves out no difference; many quantities are compared
FEWEST_STRIDES = 3  # of either movement, to tell a difference from chance


class Difference(NamedTuple):
    """A quantity of two movements."""

    first: MeasuredQuantity
    second: MeasuredQuantity

    @property
    def value(self) -> float:
        """Second minus first."""
        return self.second.value - self.first.value

    @property
    def standard_error(self) -> float:
        """Of the difference, from the spread over strides; NaN where there are too few strides."""
        both = (self.first, self.second)
        if any(quantity.spread is None for quantity in both):
            return np.nan
        return float(np.sqrt(sum(quantity.spread**2 / quantity.strides for quantity in both)))

    @property
    def is_clear(self) -> bool:
        """Whether it is larger than the strides of each movement make likely."""
        fewest = min(self.first.strides, self.second.strides)
        if fewest < FEWEST_STRIDES:
            return False
        return bool(
            abs(self.value) > stats.t.ppf((1 + CLEAR) / 2, fewest - 1) * self.standard_error
        )

    @property
    def text(self) -> str:
        """The difference as a sentence."""
        first, second = self.first.text, self.second.text
        change = with_unit(abs(self.value), self.first, self.first.decimals + 1)
        words = f"{titled(self.first)}: {first} and {second}, second {self._direction} by {change}"
        return f"{begun(words)}; {self._verdict}."

    @property
    def _direction(self) -> str:
        return "higher" if self.value >= 0 else "lower"

    @property
    def _verdict(self) -> str:
        strides = min(self.first.strides, self.second.strides)
        if np.isnan(self.standard_error) or strides < FEWEST_STRIDES:
            return "too few strides tell how much of it is chance"
        error = with_unit(self.standard_error, self.first, self.first.decimals + 1)
        words = "more than" if self.is_clear else "no more than"
        return f"{words} strides alone make likely (standard error {error})"


def differences(
    first: Sequence[MeasuredQuantity], second: Sequence[MeasuredQuantity]
) -> list[Difference]:
    """The quantities that were measured on both movements."""
    others = {(quantity.key, quantity.side): quantity for quantity in second}
    pairs = [Difference(quantity, others[quantity.key, quantity.side]) for quantity in first]
    return [pair for pair in pairs if None not in (pair.first.value, pair.second.value)]


def difference_numbers(pairs: Sequence[Difference]) -> set[str]:
    """The numbers that a comparison adds to those of both records."""
    return {
        f"{abs(value):.{pair.first.decimals + 1}f}"
        for pair in pairs
        for value in (pair.value, pair.standard_error)
    }


def comparison_sentences(pairs: Sequence[Difference], every: bool) -> list[str]:
    """The clear differences, or with `every` all of them."""
    if not pairs:
        return ["Nothing was measured on both movements: in one of them nobody walks."]
    told = [pair for pair in pairs if every or pair.is_clear]
    unclear = [titled(pair.first) for pair in pairs if pair not in told]
    rest = f"Not clearly different: {'; '.join(unclear)}." if unclear else ""
    return [*(pair.text for pair in told), *([rest] if rest else [])]
