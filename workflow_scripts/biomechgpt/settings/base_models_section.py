"""An entry of `base_models` in config.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import Count, Positive, Seed, StrictModel, Text


class EmbeddedBaseSettings(StrictModel):
    """A base model that the workflow builds and pretrains."""

    kind: Literal["embedded"] = Field(description="Built and pretrained by the workflow.")
    layers: Count = Field(description="Transformer layers.")
    width: Count = Field(description="Hidden size, a multiple of 2 * heads.")
    heads: Count = Field(description="Attention heads.")
    feed_forward: Count = Field(description="Size of the feed-forward layer.")
    sliding_window: Count = Field(description="Tokens that a local attention layer sees.")
    vocabulary: Annotated[int, Field(ge=300)] = Field(
        description="Text pieces of the language tokenizer, at most."
    )
    epochs: Positive = Field(
        description="Pretraining epochs over the training participants' tokens."
    )
    learning_rate: Positive = Field(description="Peak learning rate of pretraining.")
    batch_size: Count = Field(description="Sequences a step of pretraining.")
    seed: Seed = Field(description="Seed of initialisation and order.")


class CheckpointBaseSettings(StrictModel):
    """A base model that exists, on the hub or in a folder."""

    kind: Literal["checkpoint"] = Field(
        description="A checkpoint of Gemma 3, Llama (SmolLM2) or Qwen3."
    )
    source: Text = Field(description="A hub id (owner/name) or the path of a folder.")
    revision: Text | None = Field(description="Commit of the hub model; null for a folder.")
    motion_tokens: Literal["reserved", "resize"] = Field(
        description="reserved takes pieces that the tokenizer has to spare (Gemma 3), resize adds rows."
    )
    new_rows: Literal["codebook", "mean"] = Field(
        description="What the rows of motion tokens start from."
    )


BaseModelSettings = Annotated[
    EmbeddedBaseSettings | CheckpointBaseSettings, Field(discriminator="kind")
]
