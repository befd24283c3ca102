"""What a training of the motion tokenizer ends with."""

from collections.abc import Sequence
from typing import NamedTuple

from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics


class Trained(NamedTuple):
    """A trained tokenizer and the statistics that its inputs are normalised with.

    `history` has an entry each `CHECKPOINT_EVERY` steps: `step`, `seconds` and `cpu_seconds` of
    training, the parts of the loss and `validation_deg`, the mean RMSE of the live joints of
    validation participants.
    """

    model: MotionTokenizer
    statistics: Statistics
    history: Sequence[dict] = ()
