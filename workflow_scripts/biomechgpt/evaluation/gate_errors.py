"""How often a model's own earlier answers are wrong about whether a question applies."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from biomechgpt.questions.calibration import at_temperature
from biomechgpt.questions.conditions import earlier_tasks
from biomechgpt.questions.gates import NO, UNKNOWN, YES, gate
from biomechgpt.settings.question_settings import Questions

COLUMNS = (
    *("task", "variant", "applies", "own_yes", "own_unknown", "not_followed", "own_no"),
    *("n_participants", "n_trials", "n_seeds"),
)


def gate_table(
    predictions: pd.DataFrame, tasks: Questions, variants: Sequence[str], calibration: pd.DataFrame
) -> pd.DataFrame:
    """Where questions apply by label, and where by the own answers of `variants`: `COLUMNS`.

    `predictions` are answers to test participants, `tasks` those of the config, `calibration` the table of
    `evaluate`. A chain is followed as far as there are answers: of a trial that has no diagnosis by
    label nobody asked for one, so that a model which wrongly calls the person impaired ends at an
    unknown there, `not_followed`. docs/contracts.md explains the columns.
    """
    truths = _truths(predictions, tasks)
    rows = []
    for variant in variants:
        own = predictions[predictions["variant"] == variant]
        answered = {name: cfg for name, cfg in tasks.items() if name in set(own["task"])}
        opinions = _opinions(own, calibration[calibration["variant"] == variant])
        rows += _counted(pd.DataFrame(_judged(own, answered, opinions, truths)), variant, tasks)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _truths(predictions: pd.DataFrame, tasks: Questions) -> dict[str, dict[str, str]]:
    """By trial, then by task: the labels that its questions show."""
    known = predictions[predictions["task"].isin(tasks)]
    rows = known.drop_duplicates(["trial_id", "task"])[["trial_id", "task", "truth"]]
    return {
        trial: dict(zip(of_trial["task"], of_trial["truth"], strict=True))
        for trial, of_trial in rows.groupby("trial_id")
    }


def _opinions(own: pd.DataFrame, calibration: pd.DataFrame) -> dict[tuple, dict[str, dict]]:
    """By fold, seed and trial, then by task, the calibrated probability of each option."""
    temperatures = calibration.groupby(["fold", "seed", "task"])["temperature"].first()
    classified = own[own["kind"] == "classification"]
    opinions: dict[tuple, dict[str, dict]] = {}
    for (fold, seed, task), rows in classified.groupby(["fold", "seed", "task"]):
        probabilities = np.stack(rows["probabilities"].to_list())
        shares = at_temperature(probabilities, temperatures.get((fold, seed, task), 1.0))
        for trial, options, row in zip(rows["trial_id"], rows["options"], shares, strict=True):
            of_trial = opinions.setdefault((fold, seed, trial), {})
            of_trial[task] = dict(zip(options, row.tolist(), strict=True))
    return opinions


def _judged(
    own: pd.DataFrame,
    answered: Questions,
    opinions: Mapping[tuple, Mapping[str, Mapping[str, float]]],
    truths: Mapping[str, Mapping[str, str]],
) -> Iterator[dict]:
    """For each trial, seed and conditional task: whether it applies by label, and by own answers."""
    chains = {name: set(earlier_tasks(name, answered)) for name in answered}
    conditional = [name for name, cfg in answered.items() if cfg.applies_to]
    trials = own.drop_duplicates(["fold", "seed", "trial_id"])
    for row in trials[["fold", "seed", "trial_id", "participant_id"]].itertuples(index=False):
        truth, opinion = truths[row.trial_id], opinions.get((row.fold, row.seed, row.trial_id), {})
        labels = {answered[name].label: truth[name] for name in answered if name in truth}
        for name in conditional:
            by_label = YES if name in truth else gate(name, answered, labels, {}).applies
            by_answers = gate(name, answered, {}, opinion).applies
            yield {
                "task": name,
                "applies": by_label,
                "own": by_answers,
                "not_followed": by_answers == UNKNOWN and not chains[name] <= set(opinion),
                **row._asdict(),
            }


def _counted(judged: pd.DataFrame, variant: str, tasks: Questions) -> Iterator[dict]:
    """A row a task and whether it applies by label, in the order of `tasks`."""
    for task, applies in product(tasks, (YES, NO)) if len(judged) else ():
        rows = judged[(judged["task"] == task) & (judged["applies"] == applies)]
        if rows.empty:
            continue
        yield {
            "task": task,
            "variant": variant,
            "applies": applies,
            **{f"own_{own}": int((rows["own"] == own).sum()) for own in (YES, UNKNOWN, NO)},
            "not_followed": int(rows["not_followed"].sum()),
            "n_participants": rows["participant_id"].nunique(),
            "n_trials": rows["trial_id"].nunique(),
            "n_seeds": rows["seed"].nunique(),
        }
