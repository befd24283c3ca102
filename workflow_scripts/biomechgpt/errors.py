"""The one error for what a user has to put right."""

from collections.abc import Iterator
from contextlib import contextmanager

MOST_SHOWN = 10


class InputError(ValueError):
    """A config value, table or file stops the run; the message names it and says what to do.

    Several sentences are several faults; `args` holds them all, and the message the first of them.
    Snakemake and Python print its message alone, and a traceback for any other error.
    """

    # None prints no frames; the setter is there because contextlib assigns the attribute.
    __traceback__ = property(lambda self: None, lambda self, frames: None)

    def __str__(self) -> str:
        if len(self.args) < 2:
            return super().__str__()
        lines = "".join(f"\n  - {sentence}" for sentence in self.args[:MOST_SHOWN])
        left = len(self.args) - MOST_SHOWN
        return f"{len(self.args)} faults:{lines}" + (f"\n  and {left} more" if left > 0 else "")


@contextmanager
def collected(faults: list[InputError]) -> Iterator[None]:
    """Let what stands inside end at an `InputError`, which goes to `faults`."""
    try:
        yield
    except InputError as fault:
        faults.append(fault)


def stop_at(faults: list[InputError]) -> None:
    """Raise one error with the sentences of all `faults`, where there are any.

    Raises:
        InputError: There are faults.
    """
    if faults:
        raise InputError(*(sentence for fault in faults for sentence in fault.args))
