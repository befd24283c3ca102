"""An entry of `generators` in config.yaml: what makes synthetic movements, of one fold each time."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import Count, NonNegative, Positive, StrictModel, Text


class LanguageModelGenerator(StrictModel):
    """A fine-tuned variant that learnt a generation task."""

    kind: Literal["language_model"] = Field(description="A variant with a generation_task.")
    variant: Text = Field(description="A name from variants; its motion is discrete.")
    walks: Count = Field(description="Synthetic movements of each fold and seed.")
    conditions: Literal["copied", "mixed"] = Field(
        description="What is asked for: copied, the conditions of training trials; mixed, of two trials "
        "of equal classes the numbers in between."
    )
    phrasings: Literal["train", "held_out"] = Field(
        "train", description="In which words of the generation task."
    )
    temperature: NonNegative = Field(1.0, description="0 takes the most probable token.")
    top_p: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0,
        description="The most probable tokens that together have this probability are drawn from.",
    )
    guidance: Positive = Field(
        1.0, description="w of u + w (c - u), logits without and with the prompt; 1: with it alone."
    )


class SimpleGenerator(StrictModel):
    """Recorded movements changed, shifted to other people or mixed, of training people alone."""

    kind: Literal["oversample", "noise", "time_warp", "mirror", "person_shift", "stride_mix"] = (
        Field(description="How a recorded movement becomes a synthetic one.")
    )


class TokenChainGenerator(StrictModel):
    """Motion tokens drawn by which follows which in movements of the same label."""

    kind: Literal["class_markov"] = Field(description="A Markov chain of first order a label.")
    tokenizer: Text = Field(description="A name from tokenizers.")


GeneratorSettings = Annotated[
    LanguageModelGenerator | SimpleGenerator | TokenChainGenerator, Field(discriminator="kind")
]
