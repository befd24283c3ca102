"""An entry of `tasks` in config.yaml."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, Number, Positive, StrictModel, Text

PaperTask = Literal[
    "activity", "impaired", "diagnosis", "assistive_device", "fall_history",
    "walking_speed", "cadence", "tug", "fsst",
]  # fmt: skip
ValuesOfColumns = dict[str, Annotated[list[str], Field(min_length=1)]]


class TaskSettings(StrictModel):
    """One task; the numbers of a regression task are in its unit."""

    kind: Literal["classification", "regression"] = Field(
        description="Choice among options or a number."
    )
    label: Text = Field(description="Label column of participants.tsv or trials.tsv.")
    paper_task: PaperTask | None = Field(
        None, description="The question of the paper that the task repeats; null for none."
    )
    applies_to: ValuesOfColumns | None = Field(
        {}, description="The trials that are asked: per label column the values that qualify."
    )
    contradicted_by: ValuesOfColumns = Field(
        {},
        description="Label columns with the values that cannot be true of anybody who has this "
        "label; the workflow lists them.",
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
    plausible: Annotated[list[Number], Field(min_length=2, max_length=2)] = Field(
        [-math.inf, math.inf],
        description="Regression: the lowest and the highest number that can be true; a label "
        "outside stops the run.",
    )
    minimal_detectable_change: Positive = Field(
        math.nan, description="Regression: the least change that is no measurement error."
    )
    caution: Text = Field(
        "",
        description="What a reader must know of this task's figures; the report says it beside "
        "them.",
    )
    phrasings: Text = Field(
        "", description="File of phrasings, where it is not resources/phrasings/{task}.yaml."
    )


Tasks = Mapping[str, TaskSettings]


def task_settings(tasks: Mapping[str, dict]) -> dict[str, TaskSettings]:
    """The models of `tasks`, entries of the config as a rule or `model.json` holds them."""
    return {name: TaskSettings.model_validate(task) for name, task in tasks.items()}
