"""An entry of `generation_tasks` in config.yaml: movement from words, and words from movement.

It is no entry of `tasks`, since it has no answer that can be right: evaluation, chat and annotation ask
those, and nobody asks this.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.phrasing_settings import WrittenPhrasings
from biomechgpt.settings.question_settings import ValuesOfColumns
from biomechgpt.settings.strict import NonNegative, Positive, Share, StrictModel, Text


class ConditionSettings(StrictModel):
    """What a movement may be asked to be like; an entry has the name of a column."""

    source: Literal["recorded", "measured"] = Field(
        "recorded",
        description="recorded: the column of the cohort's tables; measured: that of gait_features, by "
        "kinematics for a body of 1.75 m.",
    )
    options: dict[Text, WrittenPhrasings] = Field(
        {}, description="Of classes: each value of the column, and the words for it."
    )
    phrasings: WrittenPhrasings | None = Field(
        None, description="Of numbers: the words around {value}, with the unit."
    )
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(0, description="Of numbers: decimals.")


class SecondsSettings(StrictModel):
    """How long the movements are that are learnt and asked for."""

    least: Positive = Field(description="The shortest, s.")
    most: Positive = Field(description="The longest, s.")
    phrasings: WrittenPhrasings = Field(description="The words around {value}, with the unit.")
    decimals: Annotated[int, Field(ge=0, le=3)] = Field(1, description="Decimals of the seconds.")


class GenerationTaskSettings(StrictModel):
    """Movements made from a description, and described."""

    applies_to: ValuesOfColumns = Field(
        {}, description="The trials that are learnt from: per label column the values that qualify."
    )
    condition_on: Annotated[dict[Text, ConditionSettings], Field(min_length=1)] = Field(
        description="By column what a description says, in its order."
    )
    seconds: SecondsSettings
    phrasings: WrittenPhrasings = Field(description="The prompt around {description}.")
    questions: WrittenPhrasings = Field(description="How a movement's description is asked for.")
    copies: Positive = Field(
        4.0, description="How often each trial is learnt from in an epoch, in both directions."
    )
    weight: NonNegative = Field(
        10.0, description="Of a generated motion token in the loss; a question's token weighs 1."
    )
    omitted: Share = Field(
        0.15, description="Share of the conditions that a training prompt does not say."
    )
    emptied: Share = Field(
        0.1, description="Share of the training prompts that say nothing, for guidance."
    )


GenerationTasks = Mapping[str, GenerationTaskSettings]
