"""The section `study` of config.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, Count, Name, Seed, Share, StrictModel, Text

Names = Annotated[list[Name], Field(min_length=1), UNIQUE]
Paths = Annotated[list[Text], Field(min_length=1), UNIQUE]


class ArmSettings(StrictModel):
    """What raters read of one arm: a model's answer or text of a file. Its name is never shown to them."""

    model: Name | None = Field(None, description="A variant or baseline of the run.")
    shows: Literal["answer", "evidence", "text"] | None = Field(
        None,
        description="Of a model: its answer alone, the answer with what kinematics measure of the "
        "movement, or all that it wrote.",
    )
    file: Text | None = Field(
        None,
        description="Instead of a model: a tab-separated table with the columns trial_id, task, "
        "answer and explanation.",
    )


class ExplanationSettings(StrictModel):
    """Items that ask to rate what the arms say about a question on a movement."""

    arms: Annotated[dict[Name, ArmSettings], Field(min_length=1)] = Field(
        description="What is compared, by a name of your own."
    )
    tasks: Names = Field(description="Tasks whose questions are shown.")
    items: Count = Field(description="Questions on movements, lures and repeats apart.")
    items_per_rater: Count | None = Field(
        None, description="Of these items those that each rater sees; null: all."
    )
    scales: Annotated[dict[Name, Text], Field(min_length=1)] = Field(
        description="Statements to agree with from 1 (not at all) to 5 (wholly), by name."
    )
    lures: Share = Field(
        description="Items with an explanation of another movement, as a share of the items."
    )


class PairSettings(StrictModel):
    """Items that show an original and a synthetic movement side by side and ask which is the original."""

    items: Count = Field(description="Pairs, repeats apart.")
    original: Paths | None = Field(
        None, description="Cohort folders of original movements; null: the test trials of the run."
    )
    synthetic: Paths = Field(
        description="Cohort folders of synthetic movements, such as those of reconstruct_all."
    )


class StudySettings(StrictModel):
    """A blinded study with people as raters, which the script `study` writes forms for."""

    name: Name = Field(description="Its forms, key and tables go to studies/{name}/.")
    raters: Names = Field(description="A name each person is known by in the forms, such as R1.")
    seed: Seed = Field(
        description="Of which items are drawn and in which order each rater sees them."
    )
    repeats: Share = Field(
        description="Items that come twice, as a share of those that a rater sees."
    )
    explanations: ExplanationSettings | None = Field(
        None, description="Explanations to rate; null: none."
    )
    pairs: PairSettings | None = Field(
        None, description="Original against synthetic movement; null: none."
    )
    bootstrap_draws: Annotated[int, Field(ge=10)] = Field(
        description="Resamplings of items and raters when ratings are read."
    )
