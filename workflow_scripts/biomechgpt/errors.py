"""The one error that a user's input can cause to stop the workflow."""


class InputError(ValueError):
    """A config value, table or file that stops the run; the message names it and says what to do.

    It is printed as its message alone: Snakemake and Python show the frames of any other error.
    """

    # Read as None wherever frames are printed; the setter is for contextlib, which assigns it.
    __traceback__ = property(lambda self: None, lambda self, frames: None)
