"""What every section's model is built of: one strict base, and the types that many fields share."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WrapValidator
from pydantic_core import PydanticCustomError


class StrictModel(BaseModel):
    """A part of the config: no unknown key, no conversion of types, no change after it is built.

    A value that may be left out is then the empty one that its field names.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True
    )

    def to_dict(self) -> dict[str, Any]:
        """The mapping that the model was built from, its keys in the order of the fields."""
        return self.model_dump(exclude_unset=True)


def _as_written(value: object, validate: Callable[[object], float]) -> object:
    validate(value)
    return value


def _without_doubles(entries: list) -> list:
    if any(entry in entries[:place] for place, entry in enumerate(entries)):
        raise PydanticCustomError("twice", "an entry stands twice")
    return entries


NUMBER = WrapValidator(_as_written)  # 30 stays 30, for files and sentences that quote it
UNIQUE = AfterValidator(_without_doubles)

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]  # part of a file name
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]
CountOrZero = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Number = Annotated[float, NUMBER]
Positive = Annotated[float, Field(gt=0), NUMBER]
NonNegative = Annotated[float, Field(ge=0), NUMBER]
Share = Annotated[float, Field(ge=0, lt=1), NUMBER]
ShareOfPeople = Annotated[float, Field(gt=0, lt=1), NUMBER]
Splits = Annotated[list[Literal["train", "validation", "test"]], UNIQUE]
