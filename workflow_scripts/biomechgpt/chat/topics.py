"""Which of a model's tasks a question in anybody's words means, if any.

A logistic regression on word pieces, fitted to the phrasings that the model was trained with and to
everyday and off-topic questions (resources/chat_questions.yaml). docs/chat.md has its error rates on
other questions; benchmarks/chat_topics.py measures them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_union

OUTSIDE = ""  # the class of questions that no task answers
THRESHOLD = 0.42  # least probability of a task, by cross-validation in benchmarks/chat_topics.py
INVERSE_REGULARISATION = 100.0


class Topic(NamedTuple):
    """What a question means."""

    task: str | None  # None where it means no task
    nearest: str  # the most probable task in any case
    probability: float  # of the most probable task


class Topics:
    """A classifier of questions into the tasks of one model, and others."""

    def __init__(
        self,
        phrasings: Mapping[str, Sequence[str]],
        everyday: Mapping[str, Sequence[str]],
        outside: Sequence[str],
    ):
        """Fit to the questions by task in `phrasings` and `everyday`, and to those `outside`."""
        examples = [(text, task) for task, texts in phrasings.items() for text in texts]
        examples += [(text, task) for task in phrasings for text in everyday.get(task, ())]
        examples += [(text, OUTSIDE) for text in outside]
        texts, labels = zip(*examples, strict=True)
        self.vectorizer = _vectorizer()
        features = self.vectorizer.fit_transform(texts)
        model = LogisticRegression(C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=1000)
        self.model = model.fit(features, labels)

    def match(self, question: str) -> Topic:
        """What `question` means, in upper or lower case."""
        features = self.vectorizer.transform([question])
        probabilities = self.model.predict_proba(features)[0]
        by_task = dict(zip(self.model.classes_, probabilities, strict=True))
        by_task.pop(OUTSIDE, None)
        task = str(max(by_task, key=by_task.get))
        probability = float(by_task[task])
        return Topic(task if probability >= THRESHOLD else None, task, probability)


def _vectorizer() -> FeatureUnion:
    """Counts of pieces of 2 to 5 letters within words, and of single words and pairs, as tf-idf."""
    return make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[a-z0-9/]+"),
    )
