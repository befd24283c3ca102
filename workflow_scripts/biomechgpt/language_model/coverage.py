"""Whether sets and intervals hold the truth as often as they say, of a recording from elsewhere."""

from biomechgpt.questions.calibration import Calibration
from biomechgpt.tokenizer.strangeness import Strangeness


def why_not_promised(simulated_model: bool, strangeness: Strangeness | None) -> str:
    """Why a model promises no coverage of a recording; empty where it does.

    The promise is about people like those of calibration. `strangeness` is None where the motion
    tokenizer had no validation people to tell by.
    """
    if simulated_model:
        return "the model learnt from simulated movement, and this is a recording"
    if strangeness is None:
        return "nobody measured which movements are strange to this model"
    if not strangeness.familiar:
        return "the movement is unlike those of the people that sets were calibrated on"
    return ""


def without_promise(calibration: Calibration) -> Calibration:
    """The calibration of probabilities without that of sets and intervals."""
    return calibration._replace(limits=dict.fromkeys(calibration.limits))
