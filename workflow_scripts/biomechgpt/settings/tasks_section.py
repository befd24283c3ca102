"""An entry of `tasks` in config.yaml."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from biomechgpt.settings.phrasing_settings import WrittenPhrasings
from biomechgpt.settings.question_settings import QuestionSettings, ValuesOfColumns
from biomechgpt.settings.strict import Number, Positive, StrictModel, Text

PaperTask = Literal[
    "activity", "impaired", "diagnosis", "assistive_device", "fall_history",
    "walking_speed", "cadence", "tug", "fsst",
]  # fmt: skip


def _path_or_texts(phrasings: object) -> str | None:
    if isinstance(phrasings, dict | WrittenPhrasings):
        return "object"
    return "string" if isinstance(phrasings, str) else None


FileOrTexts = Annotated[
    Annotated[Text, Tag("string")] | Annotated[WrittenPhrasings, Tag("object")],
    Discriminator(
        _path_or_texts,
        custom_error_type="file_or_texts",
        custom_error_message="must be a file or texts under train and held_out",
    ),
]


class PublishedFigure(StrictModel):
    """A figure of somebody else on the same task, to stand beside ours on the page of claims."""

    source: Text = Field(description="Who reports it, with what method.")
    metric: Literal["accuracy", "macro_f1", "weighted_f1", "mae", "r"] = Field(
        description="What was measured."
    )
    value: Number = Field(description="The figure; a share, or in the unit of the task.")
    differs: Text = Field(description="What was otherwise there.")


# Its own fields are for the evaluation, the report and the checks of label tables: no training reads them.
class TaskSettings(QuestionSettings):
    """One task; the numbers of a regression task are in its unit."""

    # Jobs get the file that these texts are written to, so QuestionSettings knows files alone.
    phrasings: FileOrTexts = Field(
        "",
        description="File of phrasings, where it is not resources/phrasings/{task}.yaml, or the phrasings "
        "themselves under train and held_out. Without either they are built from label, unit and options.",
    )
    paper_task: PaperTask | None = Field(
        None, description="The question of the paper that the task repeats; null for none."
    )
    contradicted_by: ValuesOfColumns = Field(
        {},
        description="Label columns with the values that cannot be true of anybody who has this "
        "label; the workflow lists them.",
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
    published: list[PublishedFigure] = Field([], description="Figures of others on this task.")


Tasks = Mapping[str, TaskSettings]


def task_settings(tasks: Mapping[str, dict]) -> dict[str, TaskSettings]:
    """The models of `tasks`, entries of the config as a rule or `model.json` holds them."""
    return {name: TaskSettings.model_validate(task) for name, task in tasks.items()}
