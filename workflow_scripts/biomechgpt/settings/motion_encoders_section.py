"""An entry of `motion_encoders` in config.yaml."""

from pydantic import Field

from biomechgpt.settings.strict import Count, NonNegative, Positive, Seed, StrictModel

HEADS = 4  # of the attention that gathers a movement


class MotionEncoderSettings(StrictModel):
    """A network that turns a movement into soft tokens; it learns without labels."""

    soft_tokens: Count = Field(description="Soft tokens a movement.")
    width: Count = Field(description=f"Numbers a soft token, and channels; a multiple of {HEADS}.")
    depth: Count = Field(description="Residual blocks; each looks twice as far as the one before.")
    downsampling: Count = Field(description="Frames a step of the network.")
    views: Count = Field(
        description="Stretched, cut and mirrored copies of each training movement that are learnt from."
    )
    steps: Count = Field(description="Optimiser steps.")
    batch_size: Count = Field(description="Movements a step.")
    learning_rate: Positive = Field(description="Peak learning rate.")
    fact_epochs: NonNegative = Field(
        description="Passes over the copies in which an embedded base learns to read facts from soft tokens."
    )
    noise: NonNegative = Field(description="Noise on the input, in spreads of a joint.")
    seed: Seed = Field(description="Seed of copies, weights and order.")
