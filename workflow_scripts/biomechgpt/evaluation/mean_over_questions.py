"""How far language models lead over all questions together.

Questions are measured in F1, seconds or steps a minute. They become one by a scale that each has: 0 is
the better of the baselines that know nothing of the movement, 1 the strongest of the others, both on the
same test participants. The scale counts as fixed; a draw of participants moves the models on it. A
question where the interval of that distance holds 0, or that under five people answer, does not count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from biomechgpt.evaluation import comparisons, intervals
from biomechgpt.evaluation.answer_arrays import resample
from biomechgpt.evaluation.measured_predictions import by_task
from biomechgpt.evaluation.metrics import LOWER_IS_BETTER
from biomechgpt.evaluation.scores import score
from biomechgpt.settings.evaluate_section import EvaluateSettings

_KEY = ("variant", "against", "other")
COLUMNS = (
    *(*_KEY, "difference", "low", "high", "verdict"),
    *("questions", "n_questions", "n_participants"),
)


def mean_differences(
    predictions: pd.DataFrame,
    measured: pd.DataFrame,
    variants: Sequence[str],
    uninformed: Collection[str],
    settings: EvaluateSettings,
) -> pd.DataFrame | None:
    """The mean lead of each variant over each opponent: `COLUMNS` (docs/contracts.md), None with one.

    `predictions` are those of all models that are measured, with decided numbers, on test participants;
    `measured` the metrics of `evaluate`, `uninformed` the baselines that know nothing of the movement.
    """
    if len(variants) < 2:
        return None
    draws = resample(predictions["participant_id"], settings.bootstrap_draws, settings.seed)
    baselines = _mean_measures(measured, variants)
    leads = defaultdict(list)
    for head, answers in by_task(predictions, predictions["variant"].unique(), draws.participants):
        metric = comparisons.COMPARED[head["kind"]][0]
        figures = baselines.get((head["task"], metric), pd.Series(dtype=float))
        ends = _ends(figures, uninformed, metric)
        models = {
            name: comparisons.model(
                name, answers[name], score(answers[name], draws.weights, "answer")
            )
            for name in (*variants, *ends)
            if name in answers
        }
        for key, lead, people in _leads(models, ends, variants, metric, draws.weights):
            leads[key].append((head["task"], lead, people))
    return pd.DataFrame([_row(*each) for each in leads.items()], columns=list(COLUMNS))


def _mean_measures(
    measured: pd.DataFrame, variants: Sequence[str]
) -> Mapping[tuple[str, str], pd.Series]:
    """By task and metric the figure of each baseline on test participants, mean over seeds."""
    rows = measured.query(
        "split == 'test' and seed == 'mean' and reading == 'answer' and label == ''"
    )
    rows = rows[~rows["variant"].isin(variants)].dropna(subset="value").set_index("variant")
    return {key: of_task["value"] for key, of_task in rows.groupby(["task", "metric"])}


def _ends(figures: pd.Series, uninformed: Collection[str], metric: str) -> tuple[str, ...]:
    """The best of `uninformed` and the best of the other baselines; nothing where either is absent."""
    best_first = figures.sort_values(ascending=metric in LOWER_IS_BETTER, kind="stable").index
    knows_nothing = best_first.isin(uninformed)
    sides = best_first[knows_nothing], best_first[~knows_nothing]
    return tuple(side[0] for side in sides) if all(map(len, sides)) else ()


def _leads(
    models: Mapping[str, comparisons.ComparedModel],
    ends: tuple[str, ...],
    variants: Sequence[str],
    metric: str,
    weights: np.ndarray,
) -> Iterator[tuple[tuple[str, str, str], np.ndarray, np.ndarray]]:
    """Of every pair its key, the lead (1 + D,) on the scale of the question, and who was measured."""
    scale = _scale(models, ends, metric, weights)
    if scale is None:
        return
    own = [name for name in variants if name in models]
    for name in own:
        opponents = {("uninformed", ""): ends[0], ("strongest", ""): ends[1]}
        opponents |= {("model", other): other for other in own if other != name}
        for key, other in opponents.items():
            for pair in comparisons.pairs([models[name], models[other]], weights):
                yield (name, *key), comparisons.lead(*pair, metric) / scale, pair[0].answers.person


def _scale(
    models: Mapping[str, comparisons.ComparedModel],
    ends: tuple[str, ...],
    metric: str,
    weights: np.ndarray,
) -> float | None:
    """How far the strongest baseline is above those that know nothing, None where it is not."""
    for pair in comparisons.pairs([models[name] for name in reversed(ends)], weights):
        lead, n_participants = (
            comparisons.lead(*pair, metric),
            pair[0].answers.size["n_participants"],
        )
        if intervals.verdict(intervals.interval(lead[1:], n_participants)) == "above":
            return lead[0]
    return None


def _row(key: tuple[str, str, str], parts: list[tuple[str, np.ndarray, np.ndarray]]) -> dict:
    tasks, leads, people = zip(*parts, strict=True)
    mean, n_participants = np.mean(leads, axis=0), len(np.unique(np.concatenate(people)))
    low, high = intervals.interval(mean[1:], n_participants)
    return dict(zip(_KEY, key, strict=True)) | {
        "difference": mean[0],
        "low": low,
        "high": high,
        "verdict": comparisons.paired_verdict(mean, n_participants, (low, high)),
        "questions": ", ".join(tasks),
        "n_questions": len(tasks),
        "n_participants": n_participants,
    }
