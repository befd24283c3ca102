"""The section `ingest` of config.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import NonNegative, StrictModel


class IngestSettings(StrictModel):
    """Reading of the cohort folders."""

    shards: Annotated[int, Field(ge=1, le=10_000)] = Field(
        description="Jobs that the cohort is divided into, by participant."
    )
    angle_unit_when_unstated: Literal["infer", "refuse"] = Field(
        description="What to do with a file that does not state degrees or radians."
    )
    min_leg_joints: Annotated[int, Field(ge=1, le=14)] = Field(
        description="How many of the 14 leg angles a recording must have to be accepted."
    )
    joint_centre_low_pass_hz: NonNegative = Field(
        description="Cut-off of the low-pass filter over tracked joint centres, in Hz; 0 for no filter."
    )
