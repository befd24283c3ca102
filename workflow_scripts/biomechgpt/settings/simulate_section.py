"""The section `simulate` of config.yaml."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.strict import Count, Positive, Seed, StrictModel


class SimulateSettings(StrictModel):
    """The simulated rehabilitation cohort."""

    seed: Seed = Field(description="Another number draws other people.")
    participants: Annotated[int, Field(ge=10)] = Field(description="Number of simulated people.")
    max_trials_per_participant: Count = Field(description="Most trials a person has.")
    frame_rate_hz: Positive = Field(description="Frames per second of the written files, in Hz.")
