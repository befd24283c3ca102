"""What a model folder says of its model; reading it needs neither torch nor transformers."""

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from biomechgpt.errors import InputError
from biomechgpt.settings.base_models_section import CheckpointBaseSettings
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.strict import Number
from biomechgpt.settings.variant_run import VariantRun

DESCRIPTION_FILE = "model.json"


class TrainingPeople(BaseModel):
    """Training participants with a label of one task."""

    participants: int
    by_option: dict[str, int]


class GenerationLimits(BaseModel):
    """What a model that makes movements has seen of them in training."""

    numbers: dict[str, list[float]] = Field(
        description="Lowest and highest of each number that a prompt may say."
    )
    classes: list[dict[str, str]] = Field(
        description="The classes that training people had together; unknown ones are absent."
    )
    joint_speeds_rad_s: list[float] = Field(
        description="99.9 % of the speeds of each joint in decoded training movements, rad/s."
    )
    participants: int
    trials: int


class ModelDescription(VariantRun):
    """`DESCRIPTION_FILE`: the settings of the fine-tuning, and what it made of its input."""

    model_config = ConfigDict(extra="ignore")  # keys of other versions

    tokenizer_sha256: str
    statistics_sha256: str
    downsampling: int = Field(description="Frames a step of the motion tokenizer.")
    tokens_per_step: int = 1
    motion_vocabulary_size: int = Field(description="Codes of all codebooks together.")
    max_length: int = Field(description="Tokens of a sequence, at most.")
    possible_numbers: dict[str, list[str]] = Field(
        description="By task the numbers, or beginnings of numbers, that are scored."
    )
    training_people: dict[str, TrainingPeople]
    training_participants: int
    training_trials: int
    training_questions: int
    training_sequences: int
    sequences_with_cut_motion: int
    sequence_length_median: int = Field(description="Tokens.")
    sequence_length_max: int = Field(description="Tokens.")
    versions: dict[str, str] = Field(description="Versions of packages.")
    questions: dict[str, str] = Field(description="By task the question that the model is asked.")
    asked_in_turn: list[list[str]] = Field(
        description="Groups of tasks; each needs answers of the groups before it."
    )
    phrasings: dict[str, list[str]] = Field({}, description="By task the training phrasings.")
    generation_limits: GenerationLimits | None = Field(
        None, description="Of a model that makes movements."
    )
    joints: list[str]
    frame_rate_hz: Number
    base: CheckpointBaseSettings | None = Field(None, description="null: an embedded base.")

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_version(cls, content: dict) -> dict:
        if "codebook_size" not in content:
            return content
        known = QuestionSettings.model_fields
        tasks = {
            name: {key: value for key, value in task.items() if key in known}
            for name, task in content["tasks"].items()
        }
        size = content["codebook_size"]
        return content | {"tasks": tasks, "motion_vocabulary_size": size}

    @property
    def frames_per_token(self) -> float:
        """Frames of movement for each motion token."""
        return self.downsampling / self.tokens_per_step

    @property
    def askable(self) -> dict[str, str]:
        """The question of each task, without tasks of which training had no number."""
        return {
            task: question
            for task, question in self.questions.items()
            if self.tasks[task].kind == "classification" or self.possible_numbers.get(task)
        }

    @property
    def name(self) -> str:
        """The model in words."""
        return f"{self.variant}, fold {self.fold}, seed {self.seed}"


def read_description(folder: os.PathLike) -> ModelDescription:
    """What `DESCRIPTION_FILE` of a model folder holds.

    Raises:
        InputError: The file is no description that this version can read.
    """
    path = Path(folder, DESCRIPTION_FILE)
    try:
        return ModelDescription.model_validate_json(path.read_bytes())
    except ValueError as error:
        raise InputError(f"{path} does not describe a model that can be read: {error}") from None


def write_description(folder: Path, description: ModelDescription) -> None:
    """Write `DESCRIPTION_FILE` into a model folder."""
    text = json.dumps(description.to_dict(), indent=2, ensure_ascii=False)
    (folder / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")
