"""The one error for what a user has to put right."""


class InputError(ValueError):
    """A config value, table or file stops the run; the message names it and says what to do.

    Snakemake and Python print its message alone, and a traceback for any other error.
    """

    # None prints no frames; the setter is there because contextlib assigns the attribute.
    __traceback__ = property(lambda self: None, lambda self, frames: None)
