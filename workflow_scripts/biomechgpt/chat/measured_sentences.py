"""What was measured of a movement, in sentences."""

from collections.abc import Sequence

from biomechgpt.chat.route import NORMAL, OVERVIEW, VARIABILITY, Route
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.normal_gait import BELOW, WITHIN

GROUPS = "Usual ranges describe groups of people and are no limit of health."
MOST_EVIDENCE = 5  # quantities that are named as evidence


def of_route(record: Sequence[MeasuredQuantity], route: Route) -> list[MeasuredQuantity]:
    """The quantities that a question is about, of the side that it names; of both without one."""
    return [
        quantity
        for key in route.quantities
        for quantity in record
        if quantity.key == key and quantity.side in (None, route.side or quantity.side)
    ]


def value_sentences(quantities: Sequence[MeasuredQuantity], intent: str) -> list[str]:
    """A sentence for each quantity as a question of `intent` wants it, and how it is defined."""
    of_intent = {NORMAL: normal_sentence, VARIABILITY: spread_sentence}
    sentences = list(map(of_intent.get(intent, value_sentence), quantities))
    meanings = [] if intent == OVERVIEW else meaning_sentences(quantities)
    return [*sentences, *meanings, *([GROUPS] if intent == NORMAL else [])]


def meaning_sentences(quantities: Sequence[MeasuredQuantity]) -> list[str]:
    """How what was measured is defined."""
    names: dict[str, list[str]] = {}
    for quantity in quantities:
        if quantity.value is not None and quantity.name not in names.setdefault(
            quantity.meaning, []
        ):
            names[quantity.meaning].append(quantity.name)
    return [begun(f"{'; '.join(of)}: {meaning}.") for meaning, of in names.items() if of]


def unusual_sentences(record: Sequence[MeasuredQuantity]) -> list[str]:
    """What lies outside its usual range, and what does not."""
    judged = [quantity for quantity in record if quantity.direction]
    if not judged:
        return ["Nothing was measured on this movement that could be held against a usual range."]
    inside = [titled(quantity) for quantity in judged if quantity.direction == WITHIN]
    outside = [normal_sentence(quantity) for quantity in judged if quantity.direction != WITHIN]
    return [*outside, f"Within what is usual: {'; '.join(inside) or 'nothing else'}.", GROUPS]


def evidence_sentences(record: Sequence[MeasuredQuantity], keys: Sequence[str]) -> list[str]:
    """What was measured of `keys`, the farthest from usual first."""
    measured = [q for q in record if q.key in keys and q.value is not None]
    if not measured:
        return ["Nothing was measured on this movement that bears on the answer."]
    outside = [quantity for quantity in measured if quantity.direction not in ("", WITHIN)]
    if outside:
        farthest = sorted(outside, key=_distance, reverse=True)
        return list(map(normal_sentence, farthest[:MOST_EVIDENCE]))
    inside = map(value_sentence, measured[:MOST_EVIDENCE])
    return ["Nothing that can be judged lies outside what is usual.", *inside]


def value_sentence(quantity: MeasuredQuantity) -> str:
    """The value, over how many strides it was measured, and its spread."""
    text = begun(f"{titled(quantity)}: {quantity.text}")
    if quantity.value is None:
        return f"{text}."
    spread = "" if quantity.spread is None else f", SD {spread_text(quantity)}"
    return f"{text} ({strides_text(quantity)}{spread})."


def normal_sentence(quantity: MeasuredQuantity) -> str:
    """The value beside what is usual."""
    if quantity.value is None:
        return value_sentence(quantity)
    text = begun(f"{titled(quantity)}: {quantity.text}")
    if quantity.usual is None:
        return f"{text}; no usual range of it is known here."
    return f"{text}, {quantity.direction} what is usual ({usual_text(quantity)}; {quantity.usual.group})."


def spread_sentence(quantity: MeasuredQuantity) -> str:
    """How much the strides differ."""
    if quantity.value is None:
        return value_sentence(quantity)
    text = begun(titled(quantity))
    if quantity.spread is None:
        return (
            f"{text}: {quantity.text}; it is not measured stride by stride, or there are too few."
        )
    strides = strides_text(quantity)
    return f"{text}: SD {spread_text(quantity)} between {strides}, about a mean of {quantity.text}."


def begun(text: str) -> str:
    """The text with a capital letter."""
    return text[:1].upper() + text[1:]


def titled(quantity: MeasuredQuantity) -> str:
    """The name of a quantity with its side."""
    return f"{quantity.name}, {quantity.side}" if quantity.side else quantity.name


def _distance(quantity: MeasuredQuantity) -> float:
    """How far outside the usual range a value lies, as a share of the range or of its only end."""
    low, high = quantity.usual.low, quantity.usual.high
    reach = abs(high) if low is None else abs(low) if high is None else high - low
    end = low if quantity.direction == BELOW else high
    return abs(quantity.value - end) / (reach or 1.0)


def strides_text(quantity: MeasuredQuantity) -> str:
    """Over how many strides a quantity was measured."""
    return f"{quantity.strides} stride{'' if quantity.strides == 1 else 's'}"


def spread_text(quantity: MeasuredQuantity) -> str:
    """The standard deviation over strides, with a decimal more than the value."""
    return with_unit(quantity.spread, quantity, quantity.decimals + 1)


def usual_text(quantity: MeasuredQuantity) -> str:
    """The usual range."""
    low, high = quantity.usual.low, quantity.usual.high
    if low is None:
        return f"up to {with_unit(high, quantity)}"
    if high is None:
        return f"from {with_unit(low, quantity)}"
    return f"{low:.{quantity.decimals}f} to {with_unit(high, quantity)}"


def with_unit(value: float, quantity: MeasuredQuantity, decimals: int | None = None) -> str:
    """A number in the unit of a quantity."""
    gap = "" if quantity.unit in ("°", "") else " "
    return f"{value:.{quantity.decimals if decimals is None else decimals}f}{gap}{quantity.unit}"
