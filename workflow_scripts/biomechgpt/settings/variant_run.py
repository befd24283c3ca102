"""What fine-tuning one variant with one seed depends on, beside its input files."""

from pydantic import Field

from biomechgpt.settings.finetune_section import LoraSettings, TrainingSettings
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.strict import Count, Seed, StrictModel
from biomechgpt.settings.variants_section import MotionReading
from biomechgpt.settings.video_section import VideoSettings


class VariantRun(StrictModel):
    """The wildcards of a job of the rule finetune, and its `params.cfg`."""

    fold: str = Field(description="Name of the fold.")
    variant: str = Field(description="Name of the variant.")
    seed: Seed = Field(description="Seed of phrasings, order and adapter.")
    motion: MotionReading = Field("discrete", description="What the model reads of a movement.")
    video: VideoSettings | None = Field(None, description="What it reads of the video.")
    lora: LoraSettings
    tasks: dict[str, QuestionSettings] = Field(description="The tasks that are learnt.")
    generation: GenerationTaskSettings | None = Field(
        None, description="The generation task that is learnt beside, if any."
    )
    finetune: TrainingSettings = Field(description="`finetune`, with what the variant overrides.")
    cohorts: list[str] = Field(description="Names of the cohorts.")
    simulated: bool = Field(description="Whether one of the cohorts is simulated.")
    min_training_participants: Count = Field(
        description="Training participants with the label of a task; with fewer it is left out."
    )
    tasks_left_out: list[str] = Field([], description="Tasks without a training question.")
