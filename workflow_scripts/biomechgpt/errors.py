"""The one error that a user's input can cause to stop the workflow."""


class InputError(ValueError):
    """A config value, table or file that stops the run; the message names it and says what to do."""
