"""The section `split` of config.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, Seed, ShareOfPeople, StrictModel, Text


class SplitSettings(StrictModel):
    """Who is in training, validation and test."""

    scheme: Literal["holdout", "kfold", "leave_one_participant_out", "file"] = Field(
        description="How participants are divided."
    )
    test_fraction: ShareOfPeople = Field(
        description="Share of participants in test (scheme holdout)."
    )
    validation_fraction: ShareOfPeople = Field(description="Share of participants in validation.")
    folds: Annotated[int, Field(ge=2, le=1000)] = Field(
        description="Number of folds (scheme kfold)."
    )
    seed: Seed = Field(description="Another number draws another split.")
    stratify_by: Annotated[list[Text], UNIQUE] = Field(
        description="Label columns whose values are spread evenly over the sides."
    )
    group: Literal["person", "video"] | None = Field(
        None,
        description="Who stays on one side where videos are read: person, participant_id says who is seen; "
        "video, nobody knows, and video_id of trials.tsv says which video it is.",
    )
    file: Text | None = Field(
        description="Scheme file: a TSV with fold, participant_id and split; else null."
    )
