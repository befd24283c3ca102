"""What is said of a movement without asking the model, and beside its answers."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biomechgpt.chat.answers import Answer
from biomechgpt.chat.certainty import model_certainty_sentences
from biomechgpt.chat.comparing import comparison_sentences, difference_numbers, differences
from biomechgpt.chat.measured_sentences import (
    evidence_sentences,
    of_route,
    unusual_sentences,
    value_sentences,
)
from biomechgpt.chat.movements import NO_SECOND
from biomechgpt.chat.number_check import only_known, recorded_numbers
from biomechgpt.chat.route import (
    COMPARE,
    HELP,
    NORMAL,
    OVERVIEW,
    SURE,
    UNUSUAL,
    VARIABILITY,
    WHY,
    Route,
)
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.errors import InputError
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import NormalGait
from biomechgpt.language_model.description import ModelDescription

WHY_WHAT = "Why is asked of an answer: ask a question that the model was trained on first."
MEASURED = "That is no answer of the model. It was measured on the joint angles:"
INTENT_OF_FACTS = {SURE: VARIABILITY, UNUSUAL: NORMAL}
NOT_USED = "Measured on this movement, and no proof that the model used it:"


class MeasuredReplies:
    """Sentences about movements; `words` is resources/chat_words.yaml."""

    def __init__(
        self,
        normal: NormalGait,
        words: Mapping,
        description: ModelDescription,
        reliability: pd.DataFrame,
    ):
        self.normal, self.words = normal, words
        self.description, self.reliability = description, reliability

    def record(self, trial: ChatTrial) -> list[MeasuredQuantity]:
        """All that is measured of a movement."""
        return measured_record(trial.angles_rad, self.description.frame_rate_hz, self.normal)

    def told(self, answer: Answer, trial: ChatTrial, other: ChatTrial | None) -> Answer:
        """`answer` with the sentences that its route wants.

        Raises:
            InputError: A comparison is wanted, and there is no `other`.
        """
        route = answer.route
        if route.reply:
            return answer._replace(sentences=[route.reply])
        if route.intent == HELP:
            return answer._replace(sentences=self.help_sentences())
        if route.intent == SURE and not route.quantities:
            sentences = model_certainty_sentences(self.description, self.reliability)
            return answer._replace(sentences=sentences)
        if route.intent == WHY and not route.quantities:
            return answer._replace(sentences=[WHY_WHAT])
        if route.intent == COMPARE:
            if other is None:
                raise InputError(NO_SECOND)
            return self._compared(answer, self.record(trial), self.record(other))
        return self._measured(answer, self.record(trial))

    def _measured(self, answer: Answer, record: Sequence[MeasuredQuantity]) -> Answer:
        route = self._with_quantities(answer.route)
        if route.intent in (NORMAL, UNUSUAL) and not route.quantities:
            facts, sentences = list(record), unusual_sentences(record)
        else:
            facts = of_route(record, route)
            intent = INTENT_OF_FACTS.get(route.intent, route.intent)
            start = [MEASURED] if route.intent == WHY else []
            sentences = [*start, *value_sentences(facts, intent)]
        known = recorded_numbers(record)
        return answer._replace(facts=facts, sentences=only_known(sentences, known))

    def _with_quantities(self, route: Route) -> Route:
        """`route` with the quantity that measures the same as its task, or those of an overview."""
        if route.intent == OVERVIEW:
            return route._replace(quantities=tuple(self.words["evidence"]["other"]))
        if route.task is None:
            return route
        label = self.description.tasks[route.task].label
        quantities = self.words["quantities"].items()
        same = tuple(key for key, entry in quantities if entry.get("label") == label)
        return route._replace(quantities=same)

    def _compared(
        self,
        answer: Answer,
        first: Sequence[MeasuredQuantity],
        second: Sequence[MeasuredQuantity],
    ) -> Answer:
        route = answer.route
        both = [
            of_route(record, route) if route.quantities else record for record in (first, second)
        ]
        pairs = differences(*both)
        known = recorded_numbers([*first, *second]) | difference_numbers(pairs)
        sentences = comparison_sentences(pairs, every=bool(route.quantities))
        facts = [fact for pair in pairs for fact in (pair.first, pair.second)]
        return answer._replace(facts=facts, sentences=only_known(sentences, known))

    def with_evidence(self, answer: Answer, trial: ChatTrial) -> Answer:
        """`answer` with what was measured that bears on it, and what the model is sensitive to."""
        record = self.record(trial)
        keys = self.words["evidence"]
        label = self.description.tasks[answer.task].label
        wanted = keys.get(label, keys["other"])
        known, sentences = recorded_numbers(record), [NOT_USED, *evidence_sentences(record, wanted)]
        if answer.sensitivity is not None:
            known |= answer.sensitivity.numbers
            sentences.append(answer.sensitivity.sentence)
        facts = [quantity for quantity in record if quantity.key in wanted]
        return answer._replace(facts=facts, sentences=only_known(sentences, known))

    def help_sentences(self) -> list[str]:
        """What can be asked."""
        names = [key.replace("_", " ") for key in self.words["quantities"]]
        return [
            f"The model was trained on: {' '.join(self.description.askable.values())}",
            f"Measured are: {', '.join(names)}.",
            *self.words["help"],
        ]
