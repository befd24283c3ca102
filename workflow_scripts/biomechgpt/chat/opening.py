"""Open a model in the background, so that its page can be used before the model is loaded."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from biomechgpt.chat.run_trials import ChatTrial, open_folders, read_run_trial
from biomechgpt.language_model.description import read_description

if TYPE_CHECKING:
    from biomechgpt.chat.asking import Chat


class Opening:
    """The description of a model and its run, at once, and the model itself when it is loaded."""

    def __init__(self, model: os.PathLike, run: os.PathLike | None):
        """Raise InputError where a folder is incomplete or damaged."""
        self.folder, self.run = open_folders(model, run)
        self.description = read_description(self.folder)
        self.future: Future = ThreadPoolExecutor(1).submit(self._open)

    def _open(self) -> "Chat":
        # The imports of torch, transformers and peft take most of the time.
        from biomechgpt.chat.asking import Chat

        return Chat(self.folder, self.run)

    def chat(self) -> "Chat":
        """Wait for the model."""
        return self.future.result()

    def trial(self, name: str) -> ChatTrial:
        """A trial of the run."""
        return read_run_trial(self.run, name)
