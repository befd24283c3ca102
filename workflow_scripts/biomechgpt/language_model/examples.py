"""Questions on motions as token sequences: motion, question, answer in Gemma's chat layout."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.vocabulary import CONTROL_TOKENS, MOTION_START, motion_text
from biomechgpt.questions.tasks import Task

END_OF_TURN = "<end_of_turn>"
GLIMPSES, GLIMPSE_TOKENS = 2, 4  # questions a motion on its first tokens alone, in pretraining
MISSING_WORDS = 0.2  # share left out of every second question, in pretraining


class Prompt(NamedTuple):
    """The sequence up to where the answer begins."""

    input_ids: list[int]
    motion_tokens_cut: int


class Example(NamedTuple):
    """One training sequence; `answer_mask` is 1 on the answer and its `<end_of_turn>`."""

    input_ids: list[int]
    answer_mask: list[int]
    motion_tokens_cut: int


def answer_ids(tokenizer: PreTrainedTokenizerFast, answer: str) -> list[int]:
    """Token ids of an answer to the end of its turn."""
    return tokenizer.encode(answer.strip() + END_OF_TURN, add_special_tokens=False)


def encode_prompt(
    tokenizer: PreTrainedTokenizerFast,
    tokens: Sequence[int],
    question: str,
    max_length: int,
    reserved: int,
) -> Prompt:
    """The prompt of `question` on the motion `tokens`, leaving `reserved` places for the answer.

    A motion too long for `max_length` loses its end. InputError where a question leaves no room for
    any motion, or holds the text of a control token.
    """
    for name in (*CONTROL_TOKENS, MOTION_START):
        if name in question:
            raise InputError(
                f"The question {question!r} holds the reserved text {name}: reword it."
            )
    bare = len(_chat(tokenizer, [], question))
    room = max_length - reserved - bare
    if room < min(len(tokens), 1):
        raise InputError(
            f"finetune.max_length {max_length} leaves no room for a motion beside the question "
            f"{question!r} and its answer ({bare + reserved} tokens): raise it."
        )
    kept = list(tokens)[:room]
    return Prompt(_chat(tokenizer, kept, question), len(tokens) - len(kept))


def _chat(tokenizer: PreTrainedTokenizerFast, tokens: Sequence[int], question: str) -> list[int]:
    message = {"role": "user", "content": f"{motion_text(tokens)} {question.strip()}"}
    text = tokenizer.apply_chat_template([message], tokenize=False, add_generation_prompt=True)
    return tokenizer.encode(text, add_special_tokens=False)  # BOS stands in the template


def encode_example(
    tokenizer: PreTrainedTokenizerFast,
    tokens: Sequence[int],
    question: str,
    answer: str,
    max_length: int,
) -> Example:
    """A whole training sequence; the answer is never cut."""
    answer_part = answer_ids(tokenizer, answer)
    newline = tokenizer.encode("\n", add_special_tokens=False)
    reserved = len(answer_part) + len(newline)
    prompt = encode_prompt(tokenizer, tokens, question, max_length, reserved)
    mask = [0] * len(prompt.input_ids) + [1] * len(answer_part) + [0] * len(newline)
    return Example(prompt.input_ids + answer_part + newline, mask, prompt.motion_tokens_cut)


def pretraining_examples(
    tokenizer: PreTrainedTokenizerFast,
    motions: Sequence[np.ndarray],
    tasks: Sequence[Task],
    epochs: float,
    max_length: int,
    seed: int,
) -> list[Example]:
    """`epochs` passes over the motions, each from a random start and with a random question.

    Beside each stand `GLIMPSES` questions on its first instant alone, which cost little and teach
    how questions read. In every second question some words are missing: a phrasing must be
    understood from what it says and not be known by heart.

    No answers: the reply is drawn evenly from the task's options, or is a number of random digits,
    whatever the motion. So the base knows how movement goes on, how questions read and what replies
    look like, as a real checkpoint knows words, and has seen no label.
    """
    random = np.random.default_rng(seed)
    examples = []
    for number in range(max(1, round(epochs * len(motions)))):
        motion = motions[number % len(motions)]
        start = int(random.integers(0, len(motion) // 4 + 1))
        for part in [motion[start:]] + [motion[:GLIMPSE_TOKENS]] * GLIMPSES:
            task = tasks[random.integers(len(tasks))]
            phrasing = task.train[random.integers(len(task.train))].text
            question = phrasing if random.random() < 0.5 else _with_gaps(phrasing, random)
            reply = _random_reply(task, random)
            examples.append(encode_example(tokenizer, part, question, reply, max_length))
    return examples


def _with_gaps(phrasing: str, random: np.random.Generator) -> str:
    words = phrasing.split()
    kept = [word for word in words if random.random() > MISSING_WORDS]
    return " ".join(kept or words)


def _random_reply(task: Task, random: np.random.Generator) -> str:
    if task.options:
        return task.options[random.integers(len(task.options))]
    whole_digits = int(random.integers(1, 4))
    return f"{random.random() * 10**whole_digits:.{task.decimals}f}"
