"""The section `motion` of config.yaml."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.strict import NUMBER, UNIQUE, NonNegative, Positive, StrictModel


class MotionSettings(StrictModel):
    """Joint angles as they are tokenised."""

    frame_rate_hz: Annotated[float, Field(ge=1, le=1000), NUMBER] = Field(
        description="Rate of the joint angles that are tokenised, in Hz."
    )
    max_gap_s: NonNegative = Field(description="Longest gap that is interpolated, in s.")
    min_duration_s: Positive = Field(description="Shortest trial that is accepted, in s.")
    zero_joints: Annotated[list[str], UNIQUE] = Field(
        description="Names of the joints that are set to 0."
    )
