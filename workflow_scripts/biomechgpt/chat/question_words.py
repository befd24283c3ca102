"""The words of a question in a common form: typing errors mended, endings cut, synonyms as one word.

Which words are the same stands in resources/chat_words.yaml; nothing is known here of what they mean.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

WORD = re.compile(r"[^\W_]+(?:/[^\W\d_]+)*")
ENDINGS = {
    "ing": 3,
    "ed": 3,
    "ly": 3,
    "s": 3,
    "e": 4,
}  # and the fewest letters that must stay before each
SHORTEST_TYPO = 4  # letters; shorter words are too easily taken for each other
ALIKE = 0.8  # of difflib: cadance and cadence are; weather and whether are, too, hence the list `no_typos`


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, without accents, apostrophes and hyphens."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return WORD.findall(re.sub(r"'s\b|'", "", letters.replace("-", " ")))


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The word without its endings, the same for its forms and not always a word itself."""
    for ending, fewest in ENDINGS.items():
        shorter = word.removesuffix(ending)
        if shorter != word and len(shorter) >= fewest and not word.endswith("ss"):
            return stem(shorter)
    doubled = len(word) > 3 and word[-1] == word[-2]
    return word[:-1] if doubled else word


class QuestionWords:
    """The synonyms, and the words that typing errors are mended to."""

    def __init__(self, same: Mapping[str, Sequence[str]], known: Iterable[str]):
        """`same` has by word or group of words what means the same; `known` are texts of known words."""
        written = {name: [name.replace("_", " "), *texts] for name, texts in same.items()}
        texts = [*known, *(text for texts in written.values() for text in texts)]
        self.known = sorted({word for text in texts for word in plain_words(text)})
        self.stems = {stem(word) for word in self.known}
        self.names = {_stemmed(text): name for name, texts in written.items() for text in texts}
        longest_first = sorted(self.names, key=len, reverse=True)
        self.pattern = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, longest_first))})(?!\S)")

    def mended(self, text: str) -> list[str]:
        """The plain words of `text`, each unknown one as the known one that it is most like, if any."""
        return [self._mend(word) for word in plain_words(text)]

    def knows(self, word: str) -> bool:
        """Whether a plain word is one of the known, in any of its forms."""
        return stem(word) in self.stems

    def _mend(self, word: str) -> str:
        if len(word) < SHORTEST_TYPO or self.knows(word) or word.isdigit():
            return word
        alike = [known for known in self.known if known[0] == word[0]]
        cutoff = ALIKE if len(word) > SHORTEST_TYPO else 0.75  # two letters exchanged
        close = difflib.get_close_matches(word, alike, n=1, cutoff=cutoff)
        exchanged = close and sorted(close[0]) == sorted(word)
        return close[0] if close and (len(word) > SHORTEST_TYPO or exchanged) else word

    def common(self, text: str) -> list[str]:
        """The words of `text` in their common form."""
        stemmed = " ".join(map(stem, self.mended(text)))
        return self.pattern.sub(lambda match: self.names[match.group()], stemmed).split()


def _stemmed(text: str) -> str:
    return " ".join(map(stem, plain_words(text)))
