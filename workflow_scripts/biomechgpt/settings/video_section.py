"""The part `video` of an entry of `variants` in config.yaml."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from biomechgpt.settings.strict import NUMBER, Count, StrictModel

HEADS = 4  # of the attention over the steps of a video
VideoView = Literal["features", "keypoints"]
Showing = Literal["video-alone", "body-alone", "video-swapped", "body-swapped"]
SHOWINGS: tuple[Showing, ...] = get_args(
    Showing
)  # how else a model is asked of trials with a video


def shown_name(variant: str, showing: Showing) -> str:
    """Under which name the answers of a variant stand that was shown less, or something else."""
    return f"{variant}-{showing}"


class VideoSettings(StrictModel):
    """What a variant reads of the video of a movement."""

    view: VideoView = Field(
        "features",
        description="features of an encoder (column video_features of trials.tsv), or keypoints in the "
        "picture (column keypoints).",
    )
    queries: Count = Field(8, description="Learnt queries, each a soft token of the video.")
    components: Count = Field(
        64, description="Principal components of the features that are read, at most."
    )
    modality_dropout: Annotated[float, Field(ge=0, lt=0.5), NUMBER] = Field(
        0.3,
        description="How often training withholds the video, and how often the body; never both at once.",
    )
