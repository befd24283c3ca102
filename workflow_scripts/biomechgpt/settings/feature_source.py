"""What features of a video are: the sidecar of a feature file."""

from typing import Literal

from pydantic import Field

from biomechgpt.settings.strict import Count, CountOrZero, Positive, StrictModel, Text

SAME = ("encoder", "revision", "layer", "pooling", "crop", "width")  # of features that may be mixed


class FeatureSource(StrictModel):
    """How features of a video were made, and when each row of them is."""

    encoder: Text = Field(description="Name of the network, as facebook/dinov2-base.")
    revision: Text | None = Field(None, description="Its commit or version.")
    layer: Text | None = Field(None, description="Which layer's output it is.")
    pooling: Literal["cls", "mean", "none"] = Field(
        description="How the patches of a picture became one row; none: the encoder has no patches."
    )
    fps: Positive | None = Field(None, description="Pictures a second of the video.")
    stride_frames: Count | None = Field(
        None, description="Pictures from the start of a row to that of the next."
    )
    frames_per_step: Count = Field(1, description="Pictures that a row sees.")
    first_frame: CountOrZero = Field(0, description="Picture at which the first row starts.")
    crop: Literal["person", "frame"] | None = Field(
        None, description="What of the picture it sees."
    )
    ten_crop: bool = Field(False, description="Whether ten crops of each picture were kept.")
    normalised: bool | None = Field(None, description="Whether each row has length 1.")
    fine_tuned_on: Text | None = Field(
        None, description="Which of the videos themselves the encoder was fitted to, in words."
    )
    aspect: Positive | None = Field(
        None,
        description="Of keypoints that are shares of the picture: its width divided by its height.",
    )
    width: Count | None = Field(None, description="Numbers a row; the file's, where not said.")


def differences(source: FeatureSource, other: FeatureSource) -> str:
    """In which respects features of two sources are not of one kind, in words; empty where they are."""
    return "; ".join(
        f"{name} {getattr(source, name)}, not {getattr(other, name)}"
        for name in SAME
        if getattr(source, name) != getattr(other, name)
    )
