"""The section `synthesis_study` of config.yaml."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, Count, Positive, StrictModel, Text


class SynthesisStudySettings(StrictModel):
    """Whether synthetic movements help classifiers of recorded ones."""

    task: Text = Field(description="A name from tasks, a classification: what is learnt.")
    generators: Annotated[list[Text], UNIQUE, Field(min_length=1)] = Field(
        description="Names from generators."
    )
    classifiers: Annotated[list[Text], UNIQUE, Field(min_length=1)] = Field(
        description="Names from baselines that see joint angles or gait features."
    )
    training_people: Annotated[list[Count], UNIQUE, Field(min_length=1)] = Field(
        description="Of how many training people a classifier learns; all, where a fold has fewer."
    )
    per_real: Annotated[list[Positive], UNIQUE, Field(min_length=1)] = Field(
        description="Synthetic movements for each recorded one."
    )
