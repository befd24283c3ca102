"""An entry of `variants` in config.yaml."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from biomechgpt.settings.finetune_section import FinetuneOverrides, LoraSettings
from biomechgpt.settings.strict import UNIQUE, StrictModel
from biomechgpt.settings.video_section import VideoSettings


def _word_or_list(tasks: object) -> str | None:
    if isinstance(tasks, list):
        return "array"
    return "string" if tasks == "all" else None


AllOrNamed = Annotated[
    Annotated[Literal["all"], Tag("string")]
    | Annotated[list[str], Field(min_length=1), UNIQUE, Tag("array")],
    Discriminator(
        _word_or_list,
        custom_error_type="all_or_list",
        custom_error_message="must be all or a list of task names",
    ),
]


MotionReading = Literal["discrete", "continuous", "both", "text", "numbers"]
SOFT = ("continuous", "both")  # readings with soft tokens


class VariantSettings(StrictModel):
    """One fine-tuned model: tokens, base, tasks, adapter."""

    motion: MotionReading = Field(
        "discrete",
        description="What it reads of a movement: tokens, soft tokens, both, or measured kinematics "
        "as text or as numbers.",
    )
    motion_encoder: str | None = Field(
        None, description="A name from motion_encoders; null where the motion is discrete."
    )
    video: VideoSettings | None = Field(
        None, description="What it reads of the video beside the body; null: nothing."
    )
    tokenizer: str = Field(description="A name from tokenizers.")
    base_model: str = Field(description="A name from base_models.")
    tasks: AllOrNamed = Field(description="all or a list of names from tasks.")
    generation_task: str | None = Field(
        None,
        description="A name from generation_tasks that it learns beside; motion discrete alone.",
    )
    lora: LoraSettings
    finetune: FinetuneOverrides = Field(
        default_factory=FinetuneOverrides,
        description="What this variant sets otherwise than finetune.",
    )
