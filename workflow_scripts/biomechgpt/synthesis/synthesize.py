"""From one sentence to a synthetic movement: a moving page, an OpenSim file, and what was measured on it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.gait import measure_gait
from biomechgpt.errors import InputError
from biomechgpt.language_model.description import (
    DESCRIPTION_FILE,
    ModelDescription,
    read_description,
)
from biomechgpt.language_model.model_folder import LoadedModel, load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.sampling import MotionPrompt, Sampled, Sampling, sample_motions
from biomechgpt.language_model.streaming import stream_text
from biomechgpt.questions.description_parsing import parse_description
from biomechgpt.questions.descriptions import SECONDS, prompt
from biomechgpt.synthesis.decoding import Decoded, decode_within_limits, why_rejected
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer

MOST_TRIES = 8
MOST_WORDS = 96  # tokens of a description


class Maker(NamedTuple):
    """A model that makes movements, ready for any number of them."""

    loaded: LoadedModel
    tokenizer: StoredTokenizer

    @property
    def description(self) -> ModelDescription:
        return self.loaded.description


class Synthetic(NamedTuple):
    """A synthetic movement, and how it came about."""

    condition: dict[str, str]
    prompt: str
    sampled: Sampled
    decoded: Decoded
    rejected: list[str]  # why earlier tries were, a sentence each
    seed: int


def first_maker(results: Path) -> Path:
    """The first model folder below `results` that makes movements.

    Raises:
        InputError: There is none.
    """
    for path in sorted(results.glob(f"**/models/*/seed-*/{DESCRIPTION_FILE}")):
        if read_description(path.parent).generation is not None:
            return path.parent
    raise InputError(
        f"No model in {results}/ makes movements: run `snakemake --cores all --configfile "
        "presets/synthesis.yaml`, or name a model folder (--model)."
    )


def open_maker(folder: Path) -> Maker:
    """Load the model in `folder`.

    Raises:
        InputError: It learnt no generation task.
    """
    if read_description(folder).generation is None:
        raise InputError(f"{folder} learnt no generation task, so it makes no movements.")
    return Maker(load_model(folder), load_tokenizer(folder / "motion_tokenizer"))


def synthesize(maker: Maker, text: str, sampling: Sampling, seed: int) -> Synthetic:
    """A movement of what `text` says.

    Raises:
        InputError: The text is not understood, a number lies outside of those that were learnt, or
            `MOST_TRIES` movements in a row were rejected.
    """
    condition = parse_description(text, maker.description.generation)
    _check_learnt(condition, maker.description)
    step_s = maker.description.downsampling / maker.description.frame_rate_hz
    seconds = maker.description.generation.seconds
    sampling = sampling._replace(
        least_steps=round(seconds.least / step_s), most_steps=round(seconds.most / step_s)
    )
    n_steps = round(float(condition[SECONDS]) / step_s) if SECONDS in condition else None
    words = prompt(maker.description.generation, condition)
    rejected: list[str] = []
    for number in range(MOST_TRIES):
        motion_prompt = MotionPrompt(words, (seed, number), n_steps)
        (sampled,) = sample_motions(maker.loaded, [motion_prompt], sampling)
        decoded = decode(maker, sampled)
        reason = why_rejected(decoded, sampled.stopped, True, maker.tokenizer.frame_rate_hz)
        if reason is None:
            return Synthetic(condition, words, sampled, decoded, rejected, seed)
        rejected.append(": ".join(reason))
    raise InputError(
        f"{MOST_TRIES} movements in a row were rejected ({'; '.join(sorted(set(rejected)))}): ask for "
        "another movement, or with another --seed."
    )


def own_words(maker: Maker, synthetic: Synthetic) -> str:
    """How the model itself describes the movement that it made, the other way of its task."""
    question = maker.description.generation.questions.train[0]
    prompts = maker.loaded.prompts(MotionInput(synthetic.sampled.tokens), [question])
    *_, text = ["", *stream_text(maker.loaded, prompts, MOST_WORDS)]
    return text


def decode(maker: Maker, sampled: Sampled) -> Decoded:
    """The movement of sampled tokens, within the limits that the model knows from training."""
    speeds = np.array(maker.description.generation_limits.joint_speeds_rad_s)
    return decode_within_limits(maker.tokenizer, sampled.tokens, speeds)


def asked_and_measured(maker: Maker, synthetic: Synthetic) -> list[tuple[str, str, str]]:
    """A line for each condition: its column, what was asked for, what kinematics measure of it."""
    gait = measure_gait(synthetic.decoded.angles_rad, maker.tokenizer.frame_rate_hz)
    n_frames = len(synthetic.decoded.angles_rad)
    measured = gait._asdict() | {SECONDS: n_frames / maker.tokenizer.frame_rate_hz}
    columns = [*maker.description.generation.condition_on, SECONDS]
    rows = [
        (column, synthetic.condition.get(column, "not said"), _shown(measured, column))
        for column in columns
    ]
    return [*rows, ("ankle range", "-", _ankles(synthetic.decoded.angles_rad))]


def _ankles(angles_rad: np.ndarray) -> str:
    """How far each ankle moves; of simulated people the affected one moves less in most."""
    ankles = [JOINT_NAMES.index(f"ankle_angle_{side}") for side in "rl"]
    low, high = np.quantile(np.rad2deg(angles_rad[:, ankles]), [0.05, 0.95], axis=0)
    right, left = high - low
    less = "right" if right < left else "left"
    return f"{right:.0f} degrees right, {left:.0f} left: less on the {less}"


def _shown(measured: dict[str, float], column: str) -> str:
    return f"{measured[column]:.3g}" if column in measured else "not measured"


def _check_learnt(condition: dict[str, str], description: ModelDescription) -> None:
    """InputError where a number, or classes together, are not those of any training person."""
    limits, seconds = description.generation_limits, description.generation.seconds
    ranges = limits.numbers | {SECONDS: [seconds.least, seconds.most]}
    for column, (low, high) in ranges.items():
        if column in condition and not low <= float(condition[column]) <= high:
            raise InputError(
                f"{column} {condition[column]} is outside of what the model learnt, {low:g} to {high:g}."
            )
    settings = description.generation.condition_on
    classes = {c: v for c, v in condition.items() if c in settings and settings[c].options}
    if not any(classes.items() <= person.items() for person in limits.classes):
        said = ", ".join(f"{column} {value}" for column, value in classes.items())
        raise InputError(f"The model learnt from nobody with {said} together.")
