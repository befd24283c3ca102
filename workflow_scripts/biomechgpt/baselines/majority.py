"""Answers that do not look at the movement at all."""

from collections.abc import Sequence

import numpy as np

from biomechgpt.baselines.task_examples import Answers, Examples, most_likely


def predict(training: Examples, asked: Examples, options: Sequence[str]) -> Answers:
    """The most frequent label of training, its shares as probabilities; the median of numbers."""
    n_asked = len(asked.truth)
    if not options:
        return np.full(n_asked, np.median(training.truth)), None
    shares = np.array([(training.truth == option).mean() for option in options])
    return most_likely(np.tile(shares, (n_asked, 1)), options)
