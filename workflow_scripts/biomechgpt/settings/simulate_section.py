"""The section `simulate` of config.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import Count, Positive, Seed, StrictModel


class SimulateSettings(StrictModel):
    """The simulated cohort."""

    content: Literal["rehabilitation", "planted signals", "shuffled signals"] = Field(
        "rehabilitation",
        description="rehabilitation: people of a clinic who walk; planted signals: answers that lie in "
        "features of a video, in the body, or in both together; shuffled signals: the same with the "
        "features of other trials.",
    )
    seed: Seed = Field(description="Another number draws other people.")
    participants: Annotated[int, Field(ge=10)] = Field(description="Number of simulated people.")
    max_trials_per_participant: Count = Field(description="Most trials a person has.")
    frame_rate_hz: Positive = Field(description="Frames per second of the written files, in Hz.")
