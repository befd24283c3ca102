"""Which motion tokens a trial holds, and in what order."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

from biomechgpt.baselines.features import Features
from biomechgpt.tokenizer.tokens import TokenTable


def token_histograms(tokens: TokenTable) -> Features:
    """The share of each code in each trial: (trials, vocabulary_size)."""
    size = tokens.metadata.vocabulary_size
    counts = np.stack([np.bincount(codes, minlength=size) for codes in tokens.tokens])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return Features(pd.Index(tokens.trial_ids), shares.astype(np.float32))


def token_n_grams(tokens: TokenTable, training: Collection[str]) -> Features:
    """Tf-idf of runs of one to three tokens that stand in two or more training trials."""
    texts = np.array([" ".join(map(str, codes)) for codes in tokens.tokens], dtype=object)
    trial_ids = pd.Index(tokens.trial_ids)
    weights = TfidfVectorizer(
        token_pattern=r"\d+", ngram_range=(1, 3), min_df=2, sublinear_tf=True, dtype=np.float32
    )
    weights.fit(texts[trial_ids.isin(training)])
    return Features(trial_ids, weights.transform(texts))
