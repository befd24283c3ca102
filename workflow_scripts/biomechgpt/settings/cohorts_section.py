"""An entry of `cohorts` in config.yaml."""

from typing import Literal

from pydantic import Field

from biomechgpt.settings.strict import Name, StrictModel, Text


class CohortSettings(StrictModel):
    """One cohort; without `path` it is simulated."""

    name: Name = Field(description="Name of the cohort.")
    path: Text = Field(
        "", description="Folder with participants.tsv, trials.tsv and the motion files."
    )
    role: Literal["both", "train", "test"] = Field(
        description="both, train (never tested) or test (only tested)."
    )
