"""The search of XGBoost's parameters on token histograms, once for each task."""

import json
import logging
import os
from collections.abc import Sequence

import pandas as pd

from biomechgpt.baselines.boosting import search_parameters
from biomechgpt.baselines.task_examples import examples
from biomechgpt.baselines.token_features import token_histograms
from biomechgpt.files import replacing
from biomechgpt.settings.baselines_section import BaselineSearchSettings
from biomechgpt.tokenizer.tokens import read_tokens

log = logging.getLogger(__name__)


def search_baseline(
    token_paths: Sequence[os.PathLike],
    truths_path: os.PathLike,
    cfg: BaselineSearchSettings,
    parameters_path: os.PathLike,
) -> None:
    """Search XGBoost's parameters once for each task, on training participants, and write them as JSON."""
    histograms = token_histograms(read_tokens(token_paths))
    training = pd.read_parquet(truths_path).query("split == 'train'")
    training = training[training["trial_id"].isin(histograms.trial_ids)]
    parameters = {}
    for task, rows in training.groupby("task", sort=False):
        log.info("searching for %s", task)
        parameters[task] = search_parameters(
            examples(rows, histograms), cfg.searches, cfg.inner_folds, cfg.seed
        )
    with replacing(parameters_path) as temporary:
        temporary.write_text(json.dumps(parameters, indent=1))
