"""Encode motions with questions and answers as token sequences in the chat layout of the base model."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.motion_input import MotionInput, VideoInput
from biomechgpt.language_model.vocabulary import (
    MOTION_END,
    MOTION_START,
    motion_name,
    motion_text,
)

TEXTS_KEPT = 2**14  # whose ids are looked up and not made again


class AnswerEnd(NamedTuple):
    """What the chat template puts behind an answer: the end of its turn, and the tokens after that."""

    stop_id: int | None  # None: nothing stands behind it
    rest: list[int]


class EncodedMotion(NamedTuple):
    """A motion, from the first token to its end; soft tokens stand right before the end."""

    ids: list[int]
    n_cut: int  # codes or pieces of text that did not fit
    features: np.ndarray | None  # (K, E) of the soft tokens of the body
    video: VideoInput | None = None  # of the soft tokens behind them

    @property
    def n_soft(self) -> int:
        """How many soft tokens there are."""
        of_body = 0 if self.features is None else len(self.features)
        return of_body + (0 if self.video is None else self.video.n_tokens)


class Prompts(NamedTuple):
    """A motion, and each question up to where its answer begins."""

    motion: EncodedMotion
    questions: list[list[int]]


class Question(NamedTuple):
    """A question and its answer behind a motion; the mask is 1 on the answer."""

    input_ids: list[int]
    answer_mask: list[int]
    weight: float | None = None  # in the loss, of its other tokens; None: as of all questions


class Example(NamedTuple):
    """A motion, and the questions about it."""

    motion: EncodedMotion
    questions: list[Question]
    trial_id: str = ""

    def length(self) -> int:
        """How many tokens the model reads."""
        return len(self.motion.ids) + sum(len(question.input_ids) for question in self.questions)


@lru_cache(maxsize=4)  # one for each tokenizer in use
def answer_end(tokenizer: PreTrainedTokenizerFast) -> AnswerEnd:
    """How the chat template of `tokenizer` ends an answer."""
    answer = "ANSWER"
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": answer}]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    behind = tokenizer.encode(text.rpartition(answer)[2], add_special_tokens=False)
    return AnswerEnd(behind[0] if behind else None, behind[1:])


@lru_cache(maxsize=TEXTS_KEPT)
def answer_ids(tokenizer: PreTrainedTokenizerFast, answer: str) -> tuple[int, ...]:
    """Token ids of an answer, with the end of its turn."""
    ids = tokenizer.encode(answer.strip(), add_special_tokens=False)
    return (*ids, answer_end(tokenizer).stop_id)


def encode_prompts(
    tokenizer: PreTrainedTokenizerFast,
    motion: MotionInput,
    questions: Sequence[str],
    max_length: int,
    reserved: int,
) -> Prompts:
    """The prompts of `questions` about `motion`, with room for an answer.

    A motion is cut at its end where a prompt and `reserved` tokens of answer exceed `max_length`.

    Raises:
        InputError: A question leaves no room for a motion, or has the text of a control token in it.
    """
    ids = [list(_question_ids(tokenizer, question)) for question in questions]
    room = max_length - reserved - max(map(len, ids))
    return Prompts(_encode_motion(tokenizer, motion, room), ids)


def encode_example(
    tokenizer: PreTrainedTokenizerFast,
    motion: MotionInput,
    pairs: Sequence[tuple[str, str]],
    max_length: int,
) -> Example:
    """A motion with pairs of question and answer, each of which fits `max_length` with the motion.

    A motion that is too long is cut at its end; answers are never cut.

    Raises:
        InputError: As `encode_prompts` does.
    """
    questions = [_encode_question(tokenizer, *pair) for pair in pairs]
    longest = max(len(question.input_ids) for question in questions)
    return Example(_encode_motion(tokenizer, motion, max_length - longest), questions)


def encode_generation(
    tokenizer: PreTrainedTokenizerFast,
    prompt: str,
    codes: Sequence[int],
    weight: float,
    max_length: int,
) -> Example:
    """A prompt, where other examples have their motion, and the motion that answers it.

    An empty `prompt` is a movement of nothing in particular. Each token of the motion has this `weight`.

    Raises:
        InputError: The prompt has the text of a control token in it, or both are too long together.
    """
    beginning = generation_prompt(tokenizer, prompt)
    names = [*map(motion_name, codes), MOTION_END]
    end = answer_end(tokenizer)
    ids = [*tokenizer.convert_tokens_to_ids(names), end.stop_id, *end.rest]
    if len(beginning) + len(ids) > max_length:
        raise InputError(
            f"A prompt and its movement have {len(beginning) + len(ids)} tokens, finetune.max_length is "
            f"{max_length}: raise it, or lower seconds.most of the generation task."
        )
    motion = Question(ids, [0] * len(ids), weight)
    return Example(EncodedMotion(beginning, 0, None), [motion])


def generation_prompt(tokenizer: PreTrainedTokenizerFast, prompt: str) -> list[int]:
    """The ids up to the start of the motion that answers `prompt`.

    Raises:
        InputError: The prompt has the text of a control token in it.
    """
    _check_text(tokenizer, prompt)
    message = {"role": "user", "content": prompt}
    return [*_chat_ids(tokenizer, message), tokenizer.convert_tokens_to_ids(MOTION_START)]


def _encode_question(tokenizer: PreTrainedTokenizerFast, question: str, answer: str) -> Question:
    question_part, answer_part = _question_ids(tokenizer, question), answer_ids(tokenizer, answer)
    rest = answer_end(tokenizer).rest
    mask = [0] * len(question_part) + [1] * len(answer_part) + [0] * len(rest)
    return Question([*question_part, *answer_part, *rest], mask)


@lru_cache(maxsize=TEXTS_KEPT)
def _question_ids(tokenizer: PreTrainedTokenizerFast, question: str) -> tuple[int, ...]:
    _check_text(tokenizer, question)
    ids = _chat(tokenizer, question)
    return tuple(ids[ids.index(tokenizer.convert_tokens_to_ids(MOTION_END)) + 1 :])


def _check_text(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    for token in tokenizer.encode(text, add_special_tokens=False):
        if token in _control_ids(tokenizer):
            name = tokenizer.convert_ids_to_tokens(token)
            raise InputError(
                f"The question {text!r} has the reserved text {name} in it: reword it."
            )


@lru_cache(maxsize=4)
def _control_ids(tokenizer: PreTrainedTokenizerFast) -> frozenset[int]:
    """Tokens that no question may hold: those that order a chat, and the start of a motion."""
    added = tokenizer.added_tokens_decoder.items()
    special = [token_id for token_id, token in added if token.special]
    start_of_motion = tokenizer.convert_tokens_to_ids(MOTION_START)
    return frozenset([*special, answer_end(tokenizer).stop_id, start_of_motion])


def _encode_motion(
    tokenizer: PreTrainedTokenizerFast, motion: MotionInput, room: int
) -> EncodedMotion:
    """The motion as ids, at most `room` of them; what a soft token replaces is a padding token."""
    end = tokenizer.convert_tokens_to_ids(MOTION_END)
    head = _head(tokenizer)
    encoded = EncodedMotion([], 0, motion.features, motion.video)
    soft = [tokenizer.pad_token_id] * encoded.n_soft
    read = tokenizer.convert_tokens_to_ids([motion_name(code) for code in motion.codes])
    read += tokenizer.encode(motion.text, add_special_tokens=False)
    room -= len(head) + len(soft) + 1
    if room < min(len(read), 1):
        raise InputError(
            "finetune.max_length leaves no room for a motion beside its question and answer: it is "
            f"{min(len(read), 1) - room} tokens short. Raise it."
        )
    ids = [*head, *read[:room], *soft, end]
    return encoded._replace(ids=ids, n_cut=max(0, len(read) - room))


@lru_cache(maxsize=4)
def _head(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """The ids before a motion, its start among them."""
    bare = _chat(tokenizer, "")
    return bare[: bare.index(tokenizer.convert_tokens_to_ids(MOTION_END))]


def _chat(tokenizer: PreTrainedTokenizerFast, question: str) -> list[int]:
    """The prompt of `question` about a motion without tokens."""
    message = {"role": "user", "content": f"{motion_text([])} {question.strip()}"}
    return _chat_ids(tokenizer, message)


def _chat_ids(tokenizer: PreTrainedTokenizerFast, message: dict[str, str]) -> list[int]:
    """The ids of a user's message, up to where the answer begins."""
    text = tokenizer.apply_chat_template(
        [message],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,  # of Qwen3: the answer follows at once
    )
    return tokenizer.encode(text, add_special_tokens=False)  # BOS stands in the template, if any
