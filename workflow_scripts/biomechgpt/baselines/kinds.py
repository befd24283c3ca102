"""The kinds of baselines: which files each reads, what it sees of a trial, how it answers.

The rules read this table too, each job anew. So what takes long to import (torch, XGBoost,
scikit-learn) is imported by the functions that need it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features, durations
from biomechgpt.baselines.task_examples import Predictions, TaskExamples, most_likely
from biomechgpt.settings.baselines_section import BaselineSettings


class Kind(NamedTuple):
    """One kind; its functions get the files that `inputs_of` names, by name, and the truths.

    `features` makes a row of numbers of each trial. `predict` answers a task, of which it gets the
    searched parameters (None where nothing was searched) and the seed; it returns None for a task
    that the kind cannot answer.
    """

    features: Callable[[Mapping[str, Any], pd.DataFrame], Features]
    predict: Callable[[TaskExamples, dict | None, int], Predictions | None]
    inputs: tuple[str, ...] = ()
    inputs_with_tokenizer: tuple[str, ...] = ()  # instead, where the config names a tokenizer
    draws_at_random: bool = False  # another seed gives other answers


def inputs_of(cfg: BaselineSettings) -> tuple[str, ...]:
    """The names of the files that a baseline reads beside the truths."""
    kind = KINDS[cfg.kind]
    return kind.inputs_with_tokenizer if cfg.tokenizer else kind.inputs


def _training_trials(truths: pd.DataFrame) -> set[str]:
    return set(truths.loc[truths["split"] == "train", "trial_id"])


def _no_features(inputs: Mapping, truths: pd.DataFrame) -> Features:
    trial_ids = pd.Index(truths["trial_id"].unique())
    return Features(trial_ids, np.empty((len(trial_ids), 0), np.float32))


def _durations(inputs: Mapping, truths: pd.DataFrame) -> Features:
    return durations(inputs["trials"], _training_trials(truths))


def _token_histograms(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.token_features import token_histograms
    from biomechgpt.tokenizer.tokens import read_tokens

    return token_histograms(read_tokens(inputs["tokens"]))


def _token_n_grams(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.token_features import token_n_grams
    from biomechgpt.tokenizer.tokens import read_tokens

    return token_n_grams(read_tokens(inputs["tokens"]), _training_trials(truths))


def _soft_tokens(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.features import soft_tokens

    return soft_tokens(inputs["motion_features"], _training_trials(truths))


def _gait_features(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.gait_features import read_gait_features

    table = read_gait_features(inputs["gait_features"])
    return Features(table.index, table.to_numpy(np.float32))


def _measured_features(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.gait_features import read_gait_features
    from biomechgpt.body.gait import MEASURED_UNITS

    table = read_gait_features(inputs["gait_features"])[list(MEASURED_UNITS)]
    return Features(table.index, table.to_numpy(np.float32))


def _source(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.video_features import source_features

    return source_features(inputs["trials"], inputs["sources"])


def _video_summaries(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines.video_features import video_summaries

    return video_summaries(inputs["videos"], _training_trials(truths))


def _rocket_features(inputs: Mapping, truths: pd.DataFrame) -> Features:
    from biomechgpt.baselines import rocket_features as rocket

    if "tokenizer" in inputs:
        angles_rad = rocket.decoded_angles(inputs["tokens"], inputs["tokenizer"])
    else:
        angles_rad = rocket.recorded_angles(inputs["joint_angles"])
    return rocket.rocket_features(angles_rad, _training_trials(truths))


def _network(network: str, centres: bool) -> Kind:
    """The kind that trains a network on joint angles, or on the joint centres that follow from them."""

    def features(inputs: Mapping, truths: pd.DataFrame) -> Features:
        from biomechgpt.baselines.movement_series import movement_series

        return movement_series(inputs["joint_angles"], _training_trials(truths), centres)

    def predict(task: TaskExamples, parameters: dict | None, seed: int) -> Predictions:
        from biomechgpt.baselines import networks

        return networks.predict(task, network, seed)

    return Kind(features, predict, ("joint_angles",), draws_at_random=True)


def _majority(task: TaskExamples, parameters: dict | None, seed: int) -> Predictions:
    """The most frequent label of training, its shares as probabilities; the median of numbers."""
    truth, n_answers = task.training.truth, len(task.held_out.truth)
    if not task.options:
        return np.full(n_answers, np.median(truth)), None
    shares = np.array([(truth == option).mean() for option in task.options])
    return most_likely(np.tile(shares, (n_answers, 1)), task.options)


def _ridge(task: TaskExamples, parameters: dict | None, seed: int) -> Predictions:
    from biomechgpt.baselines import linear

    return linear.predict(task.training, task.held_out, task.options)


def _boosting(task: TaskExamples, parameters: dict | None, seed: int) -> Predictions:
    from biomechgpt.baselines import boosting

    settings = boosting.USUAL if parameters is None else parameters
    return boosting.predict(task.training, task.held_out, task.options, settings, seed)


def _measurement(task: TaskExamples, parameters: dict | None, seed: int) -> Predictions | None:
    """What kinematics measure of the label; the median of training where legs do not swing."""
    from biomechgpt.body.gait import MEASURED_UNITS

    if task.label not in MEASURED_UNITS:
        return None
    measured = task.held_out.features[:, list(MEASURED_UNITS).index(task.label)].astype(float)
    return np.where(np.isnan(measured), np.median(task.training.truth), measured), None


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "majority": Kind(_no_features, _majority),
        "duration": Kind(_durations, _ridge, ("trials",)),
        "histogram": Kind(
            _token_histograms,
            _boosting,
            inputs_with_tokenizer=("tokens", "parameters"),
            draws_at_random=True,
        ),
        "n_grams": Kind(_token_n_grams, _ridge, inputs_with_tokenizer=("tokens",)),
        "soft_tokens": Kind(_soft_tokens, _ridge, ("motion_features",)),
        "gait_features": Kind(_gait_features, _boosting, ("gait_features",), draws_at_random=True),
        "rocket": Kind(_rocket_features, _ridge, ("joint_angles",), ("tokens", "tokenizer")),
        **{
            f"{network}{'_on_centres' if centres else ''}": _network(network, centres)
            for centres in (False, True)
            for network in ("gru", "lstm", "convolution")
        },
        "source": Kind(_source, _boosting, ("trials", "sources"), draws_at_random=True),
        "probe": Kind(_video_summaries, _ridge, ("videos",)),
        "measurement": Kind(_measured_features, _measurement, ("gait_features",)),
    }
)
