"""An entry of `tokenizers` in config.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import (
    NUMBER,
    Count,
    CountOrZero,
    NonNegative,
    Positive,
    Seed,
    Share,
    StrictModel,
)


class TokenizerSettings(StrictModel):
    """One motion tokenizer (VQ-VAE)."""

    network: Literal["convolutions", "patches"] = Field(
        description="convolutions is T2M-GPT's, patches works at a quarter of the frame rate."
    )
    codebook_size: Annotated[int, Field(ge=2, le=65536)] = Field(
        description="Number of codes of each codebook."
    )
    scalar_steps: Annotated[list[Annotated[int, Field(ge=2)]], Field(min_length=1)] | None = Field(
        description="Steps of each number of a scalar quantiser; null for a learnt codebook."
    )
    levels: Annotated[int, Field(ge=1, le=32)] = Field(description="Residual levels.")
    read_levels: Count = Field(description="Levels that the language model reads, the first ones.")
    separate_parts: bool = Field(
        description="Whether legs, trunk and arms have networks and codebooks of their own."
    )
    code_dim: Count = Field(description="Numbers a code.")
    width: Count = Field(description="Channels of the convolutions.")
    depth: Count = Field(description="Residual blocks a level.")
    dilation_growth: Count = Field(
        description="Factor from one residual block's dilation to the next."
    )
    downsampling: Count = Field(description="Frames a step, a power of 2.")
    window_frames: Count = Field(
        description="Frames of a training window, a multiple of downsampling."
    )
    batch_size: Count = Field(description="Windows a step.")
    steps: Count = Field(description="Optimiser steps at most.")
    patience_steps: CountOrZero = Field(
        description="Steps without a gain on validation participants after which training ends; "
        "0 for no such end."
    )
    unquantised_steps: CountOrZero = Field(description="Steps without codes at the start.")
    learning_rate: Positive = Field(description="Peak learning rate.")
    warmup_steps: CountOrZero = Field(description="Steps of linear warm-up.")
    mirror: bool = Field(
        description="Whether half of the windows are seen with left and right exchanged."
    )
    posture_mixing: NonNegative = Field(
        description="Largest share of the way from a window's own mean posture to another's; "
        "0 for none."
    )
    averaging: Share = Field(description="Decay of the moving average of the weights; 0 for none.")
    bfloat16: bool = Field(description="Whether the convolutions are in bfloat16 while training.")
    spread_weight: Annotated[float, Field(ge=0, le=2), NUMBER] = Field(
        description="Power of a joint's spread with which the joint is weighted in the loss."
    )
    position_weight: NonNegative = Field(
        description="Weight of the loss on where feet and hands are."
    )
    velocity_weight: NonNegative = Field(description="Weight of the loss on the finite difference.")
    commitment_weight: NonNegative = Field(description="Weight of the commitment loss.")
    codebook_decay: Share = Field(description="Decay of the codebook's moving average.")
    reset_below: Share = Field(
        description="Share of the mean usage below which a code is drawn anew."
    )
    search_rounds: CountOrZero = Field(
        description="How often each code of a movement is compared with others, by what they "
        "decode to; 0 for never."
    )
    seed: Seed = Field(description="Seed of initialisation and batches.")
