"""The sections of config.yaml that a run's results depend on, together, for its report."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.base_models_section import BaseModelSettings
from biomechgpt.settings.baselines_section import BaselineSearchSettings, BaselineSettings
from biomechgpt.settings.cohorts_section import CohortSettings
from biomechgpt.settings.evaluate_section import EvaluateSettings
from biomechgpt.settings.finetune_section import FinetuneSettings
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.generators_section import GeneratorSettings
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_encoders_section import MotionEncoderSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.settings.strict import Count, Name, Splits, StrictModel
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.settings.tasks_section import TaskSettings
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.settings.variants_section import VariantSettings


class PredictSettings(StrictModel):
    """What the fine-tuned models are asked."""

    splits: Annotated[Splits, Field(min_length=1)] = Field(
        description="Whose questions are asked; test must be among them."
    )


class TaskCriteria(StrictModel):
    """What a task needs to be asked."""

    min_training_participants: Count = Field(
        description="Training participants with the label of a task; with fewer it is left out."
    )


class RunSettings(StrictModel):
    """config.yaml without the sections for what is made on demand."""

    run: Name | None = Field(
        description="Sub-folder of results/ for this run; null writes to results/ itself."
    )
    cohorts: Annotated[list[CohortSettings], Field(min_length=1)] = Field(
        description="Whose movement; one entry a cohort."
    )
    simulate: SimulateSettings
    ingest: IngestSettings
    motion: MotionSettings
    split: SplitSettings
    tokenizers: Annotated[dict[Name, TokenizerSettings], Field(min_length=1)] = Field(
        description="Motion tokenizers by name."
    )
    motion_encoders: dict[Name, MotionEncoderSettings] = Field(
        {}, description="Motion encoders by name, for variants that read soft tokens or kinematics."
    )
    base_models: Annotated[dict[Name, BaseModelSettings], Field(min_length=1)] = Field(
        description="Base language models by name."
    )
    variants: Annotated[dict[Name, VariantSettings], Field(min_length=1)] = Field(
        description="Fine-tuned models by name."
    )
    finetune: FinetuneSettings
    predict: PredictSettings
    baselines: dict[Name, BaselineSettings] = Field(description="Baselines by name.")
    baseline_search: BaselineSearchSettings
    evaluate: EvaluateSettings
    questions: TaskCriteria
    tasks: Annotated[dict[Name, TaskSettings], Field(min_length=1)] = Field(
        description="The questions by task name."
    )
    generation_tasks: dict[Name, GenerationTaskSettings] = Field(
        {}, description="By name what variants learn to make movements from."
    )
    generators: dict[Name, GeneratorSettings] = Field(
        {}, description="By name what makes synthetic movements."
    )
    synthesis_study: SynthesisStudySettings | None = Field(
        None, description="Whether synthetic movements help classifiers; null: not studied."
    )
