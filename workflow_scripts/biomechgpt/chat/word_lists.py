"""resources/chat_words.yaml with every word in its common form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from biomechgpt.chat.question_words import QuestionWords, plain_words, stem

Group = frozenset[str]


class Refusal(NamedTuple):
    """Why some questions are never answered, and the groups of words that tell them."""

    reply: str
    groups: Sequence[Sequence[str]]


class WordLists(NamedTuple):
    """What words mean, all in the common form of `words`."""

    words: QuestionWords
    fillers: frozenset[str]
    whole: frozenset[str]
    qualifiers: frozenset[str]
    slots: frozenset[str]  # sides, trials and intents
    intents: Sequence[str]
    comparatives: frozenset[str]  # plain words
    quantities: Mapping[str, Sequence[Group]]  # by key of the measured record
    labels: Mapping[str, str]  # key of the record by the label of a task that asks for the same
    refusals: Sequence[Refusal]
    small_talk: Mapping[str, str]  # reply by the plain words of a whole question
    languages: Mapping[str, tuple[str, frozenset[str]]]  # hint and words
    written: Mapping  # the file itself

    def content(self, common: Iterable[str]) -> list[str]:
        """The words that are neither fillers nor numbers."""
        return [word for word in common if word not in self.fillers and not word.isdigit()]


def read_word_lists(written: Mapping, known: Iterable[str]) -> WordLists:
    """The lists of the file `written`; typing errors are also mended to words of the texts `known`."""
    words = QuestionWords(written["same"], [*_english(written), *known])
    quantities = written["quantities"]
    return WordLists(
        words,
        frozenset(map(stem, written["fillers"].split())),
        frozenset(map(stem, written["whole"].split())),
        frozenset(words.common(" ".join(written["qualifiers"]))),
        frozenset(written["sides"] + written["trials"] + written["intents"]),
        written["intents"],
        frozenset(written["comparatives"].split()),
        {
            key: [frozenset(words.common(text)) for text in e["words"]]
            for key, e in quantities.items()
        },
        {entry["label"]: key for key, entry in quantities.items() if "label" in entry},
        [
            Refusal(e["reply"], [words.common(text) for text in e["words"]])
            for e in written["refused"]
        ],
        {
            " ".join(plain_words(text)): entry["reply"]
            for entry in written["small_talk"]
            for text in entry["words"]
        },
        {
            name: (entry["reply"], frozenset(entry["words"].split()))
            for name, entry in written["languages"].items()
        },
        written,
    )


def _english(written: Mapping) -> list[str]:
    entries = [*written["quantities"].values(), *written["refused"], *written["small_talk"]]
    texts = [text for entry in entries for text in entry["words"]]
    return [
        written["fillers"],
        written["whole"],
        written["comparatives"],
        written["no_typos"],
        *written["qualifiers"],
        *texts,
    ]
