"""An entry of `baselines` in config.yaml, and the section `baseline_search`."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, Count, Seed, StrictModel, Text
from biomechgpt.settings.video_section import VideoView

PROBE_COMPONENTS = 64  # principal components of the features that a probe sees


class BaselineSettings(StrictModel):
    """A simple method to compare with."""

    kind: Literal[
        "majority", "duration", "histogram", "n_grams", "soft_tokens", "gait_features", "rocket",
        "measurement", "source", "probe", "late_fusion",
        "gru", "lstm", "convolution", "gru_on_centres", "lstm_on_centres", "convolution_on_centres",
    ] = Field(description="What it sees of the movement, and how it learns.")  # fmt: skip
    tokenizer: Text = Field(
        "",
        description="A name from tokenizers; of kinds histogram and n_grams and, to see decoded "
        "tokens, rocket.",
    )
    motion_encoder: Text = Field(
        "", description="A name from motion_encoders; of kind soft_tokens."
    )
    video: VideoView | Literal[""] = Field("", description="features or keypoints; of kind probe.")
    of: Annotated[list[Text], UNIQUE] = Field(
        [],
        description="Of kind late_fusion: variants, what they answer with one modality alone, baselines.",
    )
    labels: Literal["recorded", "shuffled"] = Field(
        "recorded", description="recorded, or shuffled over participants for the chance level."
    )
    shuffles: Count = Field(
        0, description="Of shuffled labels, how many shufflings are learnt from."
    )


class BaselineSearchSettings(StrictModel):
    """The random search of XGBoost's parameters."""

    searches: Count = Field(description="Settings tried a task.")
    inner_folds: Annotated[int, Field(ge=2)] = Field(
        description="Folds of the search, grouped by participant."
    )
    seed: Seed = Field(description="Seed of the search.")
