"""Which models have a spread over seeds at all."""

import pandas as pd

TRIAL = ["fold", "trial_id"]
ANSWER = ["answer", "number", "number_mean", "probabilities"]


def without_empty_spread(metrics: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """The rows of `metrics`, `sd` missing where each seed repeats the answers of a model fitted once.

    Such an SD is 0 whatever the model: another fit was never made. `predictions` are those that were
    measured.
    """
    keys = ["split", "task", "variant"]
    repeated = [
        key
        for key, rows in predictions.groupby(keys, sort=False)
        if rows["seed"].nunique() > 1 and _repeats(rows)
    ]
    fitted_once = pd.MultiIndex.from_frame(metrics[keys]).isin(repeated)
    return metrics.assign(sd=metrics["sd"].mask(fitted_once))


def _repeats(rows: pd.DataFrame) -> bool:
    """Whether a model gave the same answers with every seed."""
    answers = rows[TRIAL + ANSWER].assign(probabilities=rows["probabilities"].map(tuple))
    first, *others = (
        of_seed.sort_values(TRIAL, ignore_index=True)
        for _, of_seed in answers.groupby(rows["seed"])
    )
    return all(other.equals(first) for other in others)
