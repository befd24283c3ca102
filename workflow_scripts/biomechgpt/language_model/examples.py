"""Encode motions with questions and answers as token sequences in the chat layout of the base model."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.vocabulary import (
    MOTION_END,
    MOTION_START,
    motion_name,
    motion_text,
)


class AnswerEnd(NamedTuple):
    """What the chat template puts behind an answer: the end of its turn, and the tokens after that."""

    stop_id: int | None  # None: nothing stands behind it
    rest: list[int]


class Prompts(NamedTuple):
    """A motion, from the first token to its end, and each question up to where its answer begins."""

    motion_ids: list[int]
    questions: list[list[int]]
    motion_tokens_cut: int


class Question(NamedTuple):
    """A question and its answer behind a motion; the mask is 1 on the answer."""

    input_ids: list[int]
    answer_mask: list[int]


class Example(NamedTuple):
    """A motion, from the first token to its end, and the questions about it."""

    motion_ids: list[int]
    questions: list[Question]
    motion_tokens_cut: int
    trial_id: str = ""

    def length(self) -> int:
        """How many tokens the model reads."""
        return len(self.motion_ids) + sum(len(question.input_ids) for question in self.questions)


@lru_cache(maxsize=4)  # one for each tokenizer in use
def answer_end(tokenizer: PreTrainedTokenizerFast) -> AnswerEnd:
    """How the chat template of `tokenizer` ends an answer."""
    answer = "ANSWER"
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": answer}]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    behind = tokenizer.encode(text.rpartition(answer)[2], add_special_tokens=False)
    return AnswerEnd(behind[0] if behind else None, behind[1:])


def answer_ids(tokenizer: PreTrainedTokenizerFast, answer: str) -> list[int]:
    """Token ids of an answer, with the end of its turn."""
    ids = tokenizer.encode(answer.strip(), add_special_tokens=False)
    return [*ids, answer_end(tokenizer).stop_id]


def encode_prompts(
    tokenizer: PreTrainedTokenizerFast,
    tokens: Sequence[int],
    questions: Sequence[str],
    max_length: int,
    reserved: int,
) -> Prompts:
    """The prompts of `questions` about the motion `tokens`, with room for an answer.

    A motion is cut at its end where a prompt and `reserved` tokens of answer exceed `max_length`.

    Raises:
        InputError: A question leaves no room for a motion, or has the text of a control token in it.
    """
    ids = [_question_ids(tokenizer, question) for question in questions]
    room = max_length - reserved - max(map(len, ids))
    motion, cut = _motion_ids(tokenizer, tokens, room)
    return Prompts(motion, ids, cut)


def encode_example(
    tokenizer: PreTrainedTokenizerFast,
    tokens: Sequence[int],
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
    motion, cut = _motion_ids(tokenizer, tokens, max_length - longest)
    return Example(motion, questions, cut)


def _encode_question(tokenizer: PreTrainedTokenizerFast, question: str, answer: str) -> Question:
    question_part, answer_part = _question_ids(tokenizer, question), answer_ids(tokenizer, answer)
    rest = answer_end(tokenizer).rest
    mask = [0] * len(question_part) + [1] * len(answer_part) + [0] * len(rest)
    return Question(question_part + answer_part + rest, mask)


def _question_ids(tokenizer: PreTrainedTokenizerFast, question: str) -> list[int]:
    for token in tokenizer.encode(question, add_special_tokens=False):
        if token in _control_ids(tokenizer):
            name = tokenizer.convert_ids_to_tokens(token)
            raise InputError(
                f"The question {question!r} has the reserved text {name} in it: reword it."
            )
    ids = _chat(tokenizer, question)
    return ids[ids.index(tokenizer.convert_tokens_to_ids(MOTION_END)) + 1 :]


@lru_cache(maxsize=4)
def _control_ids(tokenizer: PreTrainedTokenizerFast) -> frozenset[int]:
    """Tokens that no question may hold: those that order a chat, and the start of a motion."""
    added = tokenizer.added_tokens_decoder.items()
    special = [token_id for token_id, token in added if token.special]
    start_of_motion = tokenizer.convert_tokens_to_ids(MOTION_START)
    return frozenset([*special, answer_end(tokenizer).stop_id, start_of_motion])


def _motion_ids(
    tokenizer: PreTrainedTokenizerFast, tokens: Sequence[int], room: int
) -> tuple[list[int], int]:
    """The ids up to the end of the motion, and how many of `tokens` did not fit into `room` tokens."""
    end = tokenizer.convert_tokens_to_ids(MOTION_END)
    bare = _chat(tokenizer, "")
    head = bare[: bare.index(end)]
    room -= len(head) + 1
    if room < min(len(tokens), 1):
        raise InputError(
            "finetune.max_length leaves no room for a motion beside its question and answer: it is "
            f"{min(len(tokens), 1) - room} tokens short. Raise it."
        )
    kept = [motion_name(token) for token in tokens[:room]]
    return head + tokenizer.convert_tokens_to_ids(kept) + [end], len(tokens) - len(kept)


def _chat(tokenizer: PreTrainedTokenizerFast, question: str) -> list[int]:
    """The prompt of `question` about a motion without tokens."""
    message = {"role": "user", "content": f"{motion_text([])} {question.strip()}"}
    text = tokenizer.apply_chat_template(
        [message],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,  # of Qwen3: the answer follows at once
    )
    return tokenizer.encode(text, add_special_tokens=False)  # BOS stands in the template, if any
