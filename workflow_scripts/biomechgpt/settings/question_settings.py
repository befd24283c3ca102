"""The part of an entry of `tasks` in config.yaml that its questions are made of."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, StrictModel, Text

ValuesOfColumns = dict[str, Annotated[list[str], Field(min_length=1)]]


class QuestionSettings(StrictModel):
    """What is asked and which answers there are: a change here asks, and trains, anew."""

    kind: Literal["classification", "regression"] = Field(
        description="Choice among options or a number."
    )
    label: Text = Field(description="Label column of participants.tsv or trials.tsv.")
    applies_to: ValuesOfColumns | None = Field(
        {}, description="The trials that are asked: per label column the values that qualify."
    )
    options: Annotated[list[Text], Field(min_length=2), UNIQUE] = Field(
        [], description="Classification: every answer, as the label column writes it."
    )
    ignore: Annotated[list[Text], UNIQUE] = Field(
        [], description="Classification: label values deliberately left out of this task."
    )
    unit: Text = Field("", description="Regression: unit of the number.")
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(
        0, description="Regression: decimals of the answer."
    )
    phrasings: Text = Field(
        "", description="File of phrasings, where it is not resources/phrasings/{task}.yaml."
    )


Questions = Mapping[str, QuestionSettings]


def question_settings(tasks: Mapping[str, dict]) -> dict[str, QuestionSettings]:
    """The models of `tasks`, as a rule passes them or `model.json` holds them."""
    return {name: QuestionSettings.model_validate(task) for name, task in tasks.items()}
