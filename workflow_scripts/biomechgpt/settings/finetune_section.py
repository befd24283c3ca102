"""The section `finetune` of config.yaml, and what of it a variant may set otherwise."""

from typing import Annotated, Literal

from pydantic import Field, create_model

from biomechgpt.settings.strict import (
    NUMBER,
    UNIQUE,
    Count,
    NonNegative,
    Positive,
    Seed,
    Share,
    StrictModel,
)


class LoraSettings(StrictModel):
    """The low-rank adapter."""

    rank: Count = Field(description="Rank of the update.")
    alpha: Positive = Field(description="The update is scaled by alpha / rank.")
    dropout: Share = Field(description="Dropout before the update.")


class TrainingSettings(StrictModel):
    """How one variant is fine-tuned with one seed."""

    learning_rate: Positive = Field(description="Peak learning rate.")
    projector_learning_rate: Positive = Field(
        1.0e-3, description="Peak learning rate of the projection that makes soft tokens."
    )
    epochs: Positive = Field(description="Passes over the questions.")
    batch_size: Count = Field(description="Questions a step.")
    micro_batch_size: Count = Field(description="Questions at once.")
    shared_motion: bool = Field(description="Whether the questions on a trial share its motion.")
    max_length: Annotated[int, Field(ge=64)] = Field(description="Tokens of a sequence at most.")
    rephrase: bool = Field(
        description="Whether each epoch puts the questions into other training phrasings."
    )
    most_copies: Count = Field(
        description="How often a question of a rare task is asked in an epoch at most."
    )
    most_answer_copies: Annotated[float, Field(ge=1), NUMBER] = Field(
        1.0,
        description="How often besides a question with an answer that is rare in its task is asked "
        "at most, for classifications.",
    )
    motion_noise: Share = Field(description="Share of motion tokens replaced by random codes.")
    feature_noise: NonNegative = Field(
        0.0, description="Noise on the features of soft tokens, in their spreads."
    )
    feature_mixing: NonNegative = Field(
        0.0,
        description="Mixup of the features of soft tokens with another movement's: c of Beta(c, c); 0: none.",
    )
    number_noise: NonNegative = Field(
        0.0, description="Noise on the numbers of answers, in spreads of a task's training answers."
    )
    mirror: bool = Field(
        description="Whether half of the motions are seen with left and right exchanged."
    )
    motion_weight: NonNegative = Field(
        description="Weight of a motion's tokens in the loss for each of its questions."
    )
    motion_softmax: Literal["full", "motion"] = Field(
        "full",
        description="What a motion token competes with in the loss: full, every piece of the vocabulary; "
        "motion, motion tokens alone, which saves most of a step where the vocabulary is large.",
    )
    answer_weight: Positive = Field(description="Weight of an answer's tokens in the loss.")
    question_weight: NonNegative = Field(
        1.0, description="Weight of a question's tokens in the loss; 0 saves their logits."
    )
    warmup_fraction: Share = Field(description="Share of the steps with rising learning rate.")
    weight_decay: NonNegative = Field(description="Decoupled weight decay.")


class FinetuneSettings(TrainingSettings):
    """Fine-tuning of every variant."""

    seeds: Annotated[list[Seed], Field(min_length=1), UNIQUE] = Field(
        description="One model a seed; each redraws phrasings and training order."
    )
    redraw_tokenizer: bool = Field(
        description="Whether each seed after the first trains its own tokenizer and embedded base."
    )


FinetuneOverrides = create_model(
    "FinetuneOverrides",
    __base__=StrictModel,
    __doc__="Keys of `finetune` that a variant sets otherwise.",
    **{
        name: (Annotated[field.annotation, field], None)
        for name, field in TrainingSettings.model_fields.items()
    },
)
