"""What a question wants: a trained question, a measured quantity, a reason, a comparison, or nothing here.

Word lists decide (resources/chat_words.yaml), so that equal words always get equal answers. Every word of
a question must be explained, by a list or by the phrasings of a task: a question with one word more is
turned away rather than answered as if that word were not there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from biomechgpt.chat.question_words import plain_words, stem
from biomechgpt.chat.route import (
    COMPARE,
    HELP,
    LANGUAGE,
    NORMAL,
    OF_AN_ANSWER,
    OTHER_SIDE,
    OUTSIDE,
    OVERVIEW,
    SMALL_TALK,
    SURE,
    UNUSUAL,
    VALUE,
    VARIABILITY,
    WHY,
    Route,
)
from biomechgpt.chat.topics import Topic, Topics
from biomechgpt.chat.word_lists import read_word_lists

LEAST_OF_TASK = (
    0.3  # probability of a task; less than alone (topics), since every word is explained
)
LEAST_OF_OPTIONS = 0.2  # probability of the task of a question that is nothing but options
LAST_LATIN = "\u024f"


class AskableTask(NamedTuple):
    """What tells the router a task."""

    label: str
    options: Sequence[str]
    texts: Sequence[str]  # training phrasings


class Router:
    """Reads questions for a model of `tasks`.

    `written` is resources/chat_words.yaml, `examples` resources/chat_questions.yaml.
    """

    def __init__(self, written: Mapping, examples: Mapping, tasks: Mapping[str, AskableTask]):
        everyday = examples["everyday"]["choose"]
        texts = {name: [*task.texts, *everyday.get(name, ())] for name, task in tasks.items()}
        options = [option for task in tasks.values() for option in task.options]
        self.lists = read_word_lists(
            written, [*options, *(t for some in texts.values() for t in some)]
        )
        common = self.lists.words.common
        self.topics = Topics(
            {name: [" ".join(common(text)) for text in task.texts] for name, task in tasks.items()},
            {name: [" ".join(common(t)) for t in everyday.get(name, ())] for name in tasks},
            [" ".join(common(text)) for text in examples["outside"]["choose"]],
        )
        self.task_of_label = {task.label: name for name, task in tasks.items()}
        self.options = {
            (name, option): frozenset(content)
            for name, task in tasks.items()
            for option in task.options
            if (content := self.lists.content(common(option)))
        }
        self.explained = {
            name: {word for text in [*texts[name], *task.options, name] for word in common(text)}
            for name, task in tasks.items()
        }
        self.phrasings = {
            " ".join(plain_words(text)): name for name, task in tasks.items() for text in task.texts
        }
        self.known = set().union(*self.explained.values(), self.lists.qualifiers)

    def route(self, question: str, before: Route | None = None) -> Route:
        """What `question` wants; `before` is the last question that was about the movement."""
        plain = plain_words(question)
        if task := self.phrasings.get(" ".join(plain)):
            return Route(VALUE, task, task_probability=1.0)
        if reply := self.lists.small_talk.get(" ".join(plain)):
            return Route(SMALL_TALK, reply=reply)
        if hint := self._language_hint(question, plain):
            return Route(LANGUAGE, reply=hint)
        common = self.lists.words.common(question)
        if reply := self._refusal(common):
            return Route(OUTSIDE, reply=reply)
        route = self._of_words(question, common, before)
        if route.intent != OUTSIDE or not set(OTHER_SIDE) & set(plain):
            return route
        # `length of the left step`: a side between the words of a group hides it.
        sides_last = " ".join(sorted(plain, key=lambda word: word in OTHER_SIDE))
        return self._of_words(question, self.lists.words.common(sides_last), before)

    def _language_hint(self, question: str, plain: Sequence[str]) -> str:
        only_english = self.lists.written["only_english"]
        if any(char.isalpha() and char > LAST_LATIN for char in question):
            return only_english
        languages = self.lists.languages
        words = {
            name: [word for word in plain if word in known]
            for name, (_, known) in languages.items()
        }
        name = max(words, key=lambda language: len(words[language]))
        is_english = all(self.lists.words.knows(word) for word in words[name])
        is_other = len(words[name]) >= len(plain) / 2 and not is_english
        return f"{languages[name][0]} {only_english}" if is_other else ""

    def _refusal(self, common: Sequence[str]) -> str:
        """Why a question is never answered; words of the model's own options are looked over."""
        options = [words for words in self.options.values() if words <= set(common)]
        text = " ".join(word for word in common if not any(word in words for words in options))
        for refusal in self.lists.refusals:
            if any(f" {' '.join(group)} " in f" {text} " for group in refusal.groups):
                return refusal.reply
        return ""

    def _of_words(self, question: str, common: Sequence[str], before: Route | None) -> Route:
        content = set(self.lists.content(common))
        slots = self._slots(content, before)
        intent = next((name for name in self.lists.intents if name in content), VALUE)
        if (
            intent == VALUE
            and slots["trial"]
            and self.lists.comparatives & set(plain_words(question))
        ):
            intent = COMPARE
        rest = content - self.lists.slots
        keys = self._quantities(rest)
        if keys:
            route = Route(intent, quantities=keys, **slots)
            return self._trained(self._continued(common, route, before))
        is_about_person = intent == NORMAL and self.lists.whole & set(common)
        names_nothing = intent == VALUE and not content & self.lists.slots
        if rest - self.lists.qualifiers or is_about_person or names_nothing:
            return self._task(question, common, rest, intent, slots)
        return self._follow_up(intent, slots, before)

    def _slots(self, content: set[str], before: Route | None) -> dict[str, str]:
        sides = [side for side in OTHER_SIDE if side in content]
        side = sides[0] if len(sides) == 1 else ""
        if "other_side" in content and before is not None:
            side = OTHER_SIDE.get(before.side, "")
        trials = [trial for trial in self.lists.written["trials"] if trial in content]
        return {
            "side": side,
            "trial": trials[0] if len(trials) == 1 else "both_trials" if trials else "",
        }

    def _quantities(self, rest: set[str]) -> tuple[str, ...]:
        """Keys of the quantities that together explain every word of `rest`; none where they do not."""
        keys: list[str] = []
        left = rest
        while left:
            sizes = {
                key: max((len(group) for group in groups if group <= left), default=0)
                for key, groups in self.lists.quantities.items()
            }
            most = max(sizes.values())
            if not most:
                break
            best = [key for key, size in sizes.items() if size == most and key not in keys]
            groups = [
                g
                for key in best
                for g in self.lists.quantities[key]
                if len(g) == most and g <= left
            ]
            keys += best
            left = left - frozenset().union(*groups)
        return () if left - self.lists.qualifiers else tuple(keys)

    def _trained(self, route: Route) -> Route:
        """The task that asks for the one quantity of `route`, where the model was trained on it."""
        labels = [label for label, key in self.lists.labels.items() if (key,) == route.quantities]
        task = self.task_of_label.get(labels[0]) if labels else None
        if task is None or route.intent not in (VALUE, WHY, SURE):
            return route
        return route._replace(task=task, quantities=(), task_probability=1.0)

    def _continued(self, common: Sequence[str], route: Route, before: Route | None) -> Route:
        """`and the hip?` wants of the hip, and on the same side, what was wanted before."""
        begins = any(
            " ".join(common).startswith(f"{words} ") for words in self.lists.written["continues"]
        )
        if before is None or not begins:
            return route
        inherited = before.intent if route.intent == VALUE else route.intent
        return route._replace(intent=inherited, side=route.side or before.side)

    def _task(
        self,
        question: str,
        common: Sequence[str],
        rest: set[str],
        intent: str,
        slots: Mapping[str, str],
    ) -> Route:
        """The task that the words mean, if each of them is known from its phrasings."""
        slot_words = self.lists.slots - ({NORMAL} if intent == NORMAL else set())
        topic = self.topics.match(" ".join(word for word in common if word not in slot_words))
        named = [(*key, words) for key, words in self.options.items() if words <= set(common)]
        is_task = topic.probability >= LEAST_OF_TASK
        task = topic.nearest if is_task else _only_options(named, rest, topic)
        probability = topic.probability
        if task is None or rest - self.known:
            return self._not_understood(question, rest, probability)
        wanted = intent if intent in OF_AN_ANSWER else VALUE
        options = [option for name, option, _ in named if name == task]
        option = options[0] if len(options) == 1 else ""
        return Route(wanted, task, option, task_probability=probability, **slots)

    def _not_understood(self, question: str, rest: set[str], probability: float) -> Route:
        """Which words of a question stood in the way."""
        strange = rest - self.known
        words = [word for word in plain_words(question) if stem(word) in strange]
        reply = self.lists.written["not_understood"].format(words=", ".join(words))
        unclear = self.lists.written["unclear"]
        return Route(OUTSIDE, reply=reply if words else unclear, task_probability=probability)

    def _follow_up(self, intent: str, slots: Mapping[str, str], before: Route | None) -> Route:
        """A question that names nothing to ask about takes it from the one before."""
        alone = Route(intent, **slots)
        if intent in (HELP, OVERVIEW, UNUSUAL) or (intent == COMPARE and slots["trial"]):
            return alone
        if intent == VARIABILITY and (before is None or not before.quantities):
            return alone._replace(quantities=tuple(self.lists.written["steady"]))
        if before is None:
            return Route(OUTSIDE, reply=self.lists.written["unclear"]) if intent == VALUE else alone
        named = {slot: value for slot, value in slots.items() if value}
        wanted = before.intent if intent == VALUE else intent
        return before._replace(intent=wanted, **named)


def _only_options(
    named: Sequence[tuple[str, str, frozenset[str]]], rest: set[str], topic: Topic
) -> str | None:
    """The task of a question that says nothing but some of its options."""
    says_more = rest - frozenset().union(*(words for _, _, words in named))
    tasks = {name for name, _, _ in named}
    is_likely = tasks == {topic.nearest} and topic.probability >= LEAST_OF_OPTIONS
    return topic.nearest if is_likely and not says_more else None
