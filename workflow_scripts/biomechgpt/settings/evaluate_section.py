"""The section `evaluate` of config.yaml."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.strict import Seed, StrictModel


class EvaluateSettings(StrictModel):
    """Metrics and their intervals."""

    bootstrap_draws: Annotated[int, Field(ge=10)] = Field(
        description="Resamplings of the participants."
    )
    seed: Seed = Field(description="Seed of the resamplings.")
