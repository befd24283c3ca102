"""One quantity that kinematics measure of a trial."""

from dataclasses import dataclass

from biomechgpt.features.normal_gait import UsualRange, direction_of


@dataclass(frozen=True)
class MeasuredQuantity:
    """A quantity of one trial; without a value there is a `reason`."""

    key: str  # the same in every trial
    name: str
    side: str | None  # right | left, None where both legs make it
    value: float | None  # mean over the strides
    unit: str
    decimals: int
    strides: int  # behind the value
    spread: float | None  # standard deviation over strides; None below two, or not by stride
    usual: UsualRange | None
    meaning: str  # how it is defined, for people
    reason: str = ""

    @property
    def text(self) -> str:
        """The value with its unit, or why there is none."""
        if self.value is None:
            return f"not measured: {self.reason}"
        gap = "" if self.unit in ("°", "") else " "
        return f"{self.value:.{self.decimals}f}{gap}{self.unit}"

    @property
    def direction(self) -> str:
        """Where the value lies beside what is usual; empty where either is not known."""
        if self.usual is None or self.value is None:
            return ""
        return direction_of(self.value, self.usual.low, self.usual.high, self.decimals)
