"""Questions on motions as token sequences: motion, question, answer in Gemma's chat layout."""

from collections.abc import Sequence
from typing import NamedTuple

from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.vocabulary import (
    CONTROL_TOKENS,
    MOTION_END,
    MOTION_START,
    motion_name,
    motion_text,
)

END_OF_TURN = "<end_of_turn>"


class Prompts(NamedTuple):
    """A motion, from BOS to its end, and what follows it up to where each answer begins."""

    motion_ids: list[int]
    questions: list[list[int]]
    motion_tokens_cut: int


class Question(NamedTuple):
    """What follows a motion, to the end of the answer's line; the mask is 1 on the answer."""

    input_ids: list[int]
    answer_mask: list[int]


class Example(NamedTuple):
    """A motion, from BOS to its end, and the questions that share it."""

    motion_ids: list[int]
    questions: list[Question]
    motion_tokens_cut: int
    trial_id: str = ""

    def length(self) -> int:
        """Tokens that the model reads."""
        return len(self.motion_ids) + sum(len(question.input_ids) for question in self.questions)


def answer_ids(tokenizer: PreTrainedTokenizerFast, answer: str) -> list[int]:
    """Token ids of an answer to the end of its turn."""
    return tokenizer.encode(answer.strip() + END_OF_TURN, add_special_tokens=False)


def encode_prompts(
    tokenizer: PreTrainedTokenizerFast,
    tokens: Sequence[int],
    questions: Sequence[str],
    max_length: int,
    reserved: int,
) -> Prompts:
    """The prompts of `questions` on the motion `tokens`, leaving `reserved` places for an answer.

    A motion too long for `max_length` loses its end. InputError where a question leaves no room for
    any motion, or holds the text of a control token.
    """
    asked = [_question_ids(tokenizer, question) for question in questions]
    room = max_length - reserved - max(map(len, asked))
    motion, cut = _motion_ids(tokenizer, tokens, room)
    return Prompts(motion, asked, cut)


def encode_example(
    tokenizer: PreTrainedTokenizerFast,
    tokens: Sequence[int],
    asked: Sequence[tuple[str, str]],
    max_length: int,
) -> Example:
    """A motion with its questions and answers; each of them with the motion fits `max_length`.

    A motion too long loses its end, an answer is never cut. InputError as for `encode_prompts`.
    """
    questions = [_encode_question(tokenizer, *pair) for pair in asked]
    longest = max(len(question.input_ids) for question in questions)
    motion, cut = _motion_ids(tokenizer, tokens, max_length - longest)
    return Example(motion, questions, cut)


def _encode_question(tokenizer: PreTrainedTokenizerFast, question: str, answer: str) -> Question:
    asked, answered = _question_ids(tokenizer, question), answer_ids(tokenizer, answer)
    newline = tokenizer.encode("\n", add_special_tokens=False)
    mask = [0] * len(asked) + [1] * len(answered) + [0] * len(newline)
    return Question(asked + answered + newline, mask)


def _question_ids(tokenizer: PreTrainedTokenizerFast, question: str) -> list[int]:
    for name in (*CONTROL_TOKENS, MOTION_START):
        if name in question:
            raise InputError(
                f"The question {question!r} holds the reserved text {name}: reword it."
            )
    ids = _chat(tokenizer, question)
    return ids[ids.index(tokenizer.convert_tokens_to_ids(MOTION_END)) + 1 :]


def _motion_ids(
    tokenizer: PreTrainedTokenizerFast, tokens: Sequence[int], room: int
) -> tuple[list[int], int]:
    """The ids from BOS to the end of the motion, and how many tokens did not fit into `room`."""
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
    """The prompt of `question` on a motion without tokens."""
    message = {"role": "user", "content": f"{motion_text([])} {question.strip()}"}
    text = tokenizer.apply_chat_template([message], tokenize=False, add_generation_prompt=True)
    return tokenizer.encode(text, add_special_tokens=False)  # BOS stands in the template
