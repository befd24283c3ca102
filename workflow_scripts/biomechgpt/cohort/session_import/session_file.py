"""What a session says of one of its recordings."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class SessionFile(NamedTuple):
    """One recording; `person` as the session calls its participant, None where it does not."""

    path: Path
    person: str | None = None
    labels: Mapping[str, str] = MappingProxyType({})  # of the participant
