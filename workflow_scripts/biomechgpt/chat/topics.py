"""Which of a model's tasks a question in anybody's words means, or none of them.

A logistic regression on pieces of words, fitted to the phrasings that the model was trained with and
to everyday and off-topic questions (resources/chat_questions.yaml). Its error rates, measured on other
questions, stand in docs/chat.md; benchmarks/chat_topics.py measures them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_union

OUTSIDE = ""  # the class of questions that no task answers
THRESHOLD = 0.42  # least probability of a task; benchmarks/chat_topics.py prints how it was chosen
INVERSE_REGULARISATION = 100.0


class Meant(NamedTuple):
    """What a question was taken for."""

    task: str | None  # None: none of the tasks
    nearest: str  # the most probable of the tasks all the same
    sureness: float  # the probability of the most probable task


class Topics:
    """Tells the tasks of one model apart, and all else from them."""

    def __init__(
        self,
        phrasings: Mapping[str, Sequence[str]],
        everyday: Mapping[str, Sequence[str]],
        outside: Sequence[str],
    ):
        """`phrasings` and `everyday` are questions by task, `outside` those to be turned away."""
        known = [(text, task) for task, texts in phrasings.items() for text in texts]
        more = [(text, task) for task in phrasings for text in everyday.get(task, ())]
        examples = known + more + [(text, OUTSIDE) for text in outside]
        texts, labels = zip(*examples, strict=True)
        self.vectors = _vectors()
        found = self.vectors.fit_transform(texts)
        model = LogisticRegression(C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=1000)
        self.model = model.fit(found, labels)

    def meant(self, question: str) -> Meant:
        """What `question` is taken for, in capitals or not."""
        found = self.vectors.transform([question])
        shares = dict(zip(self.model.classes_, self.model.predict_proba(found)[0], strict=True))
        shares.pop(OUTSIDE, None)
        task = str(max(shares, key=shares.get))
        sure = float(shares[task])
        return Meant(task if sure >= THRESHOLD else None, task, sure)


def _vectors() -> FeatureUnion:
    """Pieces of 2 to 5 letters within words, and words by one and two."""
    return make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[a-z0-9/]+"),
    )
