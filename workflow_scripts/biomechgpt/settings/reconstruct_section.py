"""The section `reconstruct` of config.yaml."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, Splits, StrictModel, Text


class ReconstructSettings(StrictModel):
    """What is turned from tokens back into movement."""

    splits: Splits = Field(description="Whose reconstructions are written.")
    trials: Annotated[list[Text], UNIQUE] = Field(
        description="Ids of further trials, which are also shown as moving skeletons."
    )
