"""Predictions that do not look at the movement at all."""

from collections.abc import Sequence

import numpy as np

from biomechgpt.baselines.task_examples import Examples, Predictions, most_likely


def predict(training: Examples, held_out: Examples, options: Sequence[str]) -> Predictions:
    """The most frequent label of training, its shares as probabilities; the median of numbers."""
    n_answers = len(held_out.truth)
    if not options:
        return np.full(n_answers, np.median(training.truth)), None
    shares = np.array([(training.truth == option).mean() for option in options])
    return most_likely(np.tile(shares, (n_answers, 1)), options)
