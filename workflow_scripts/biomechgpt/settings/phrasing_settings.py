"""Ways to say something that stand in the config itself."""

from typing import Annotated

from pydantic import Field

from biomechgpt.settings.strict import UNIQUE, StrictModel, Text

Texts = Annotated[list[Text], Field(min_length=1), UNIQUE]


class WrittenPhrasings(StrictModel):
    """Ways to ask that stand in the config itself."""

    train: Texts = Field(description="Ways to ask in training.")
    held_out: Texts = Field(description="Other ways, asked in validation and test alone.")
