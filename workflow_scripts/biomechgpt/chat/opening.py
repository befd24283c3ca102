"""A model that is being opened in the background, so that its page is there before it."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from biomechgpt.chat.run import ChatTrial, open_folders, read_run_trial
from biomechgpt.language_model.description import read_description

if TYPE_CHECKING:
    from biomechgpt.chat.asking import Chat


class Opening:
    """What the page needs at once, and the promise of all else."""

    def __init__(self, model: os.PathLike, run: os.PathLike | None):
        """InputError where a folder is not whole."""
        self.folder, self.run = open_folders(model, run)
        self.described = read_description(self.folder)
        self.promised: Future = ThreadPoolExecutor(1).submit(self._open)

    def _open(self) -> "Chat":
        # torch, transformers and peft: most of what there is to wait for
        from biomechgpt.chat.asking import Chat

        return Chat(self.folder, self.run)

    def chat(self) -> "Chat":
        """The model, once it is open."""
        return self.promised.result()

    def trial(self, name: str) -> ChatTrial:
        """A trial of the run."""
        return read_run_trial(self.run, name)
