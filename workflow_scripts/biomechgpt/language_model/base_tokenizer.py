"""The language tokenizer of a base model: read, given a chat template where it has none, and checked."""

from itertools import pairwise
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.examples import answer_end
from biomechgpt.language_model.vocabulary import CHAT_TEMPLATE, TURNS


def read_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a Hugging Face folder, with a chat template.

    A base that was only pretrained has none. It gets the one of Gemma 3 where it has the pieces for it.

    Raises:
        InputError: There is no chat template and no pieces for one, or this workflow cannot use the
            template or the numbers of this tokenizer.
    """
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    if tokenizer.chat_template is None:
        missing = [name for name in TURNS if name not in tokenizer.get_vocab()]
        if missing:
            raise InputError(
                f"{folder} has no chat template, and its tokenizer has no {missing[0]} for that of "
                "Gemma 3: name an instruction-tuned model, or put a chat_template.jinja there."
            )
        tokenizer.chat_template = CHAT_TEMPLATE
    _check_template(folder, tokenizer)
    _check_digits(folder, tokenizer)
    return tokenizer


def untrained_turns(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Rows of the pieces around turns if the base has no chat template of its own, else none.

    Such a base never saw a chat: its rows of these pieces are those of pieces that were never read.
    """
    if tokenizer.chat_template != CHAT_TEMPLATE:
        return []
    return tokenizer.convert_tokens_to_ids(list(TURNS))


def _check_template(folder: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    if "strftime_now" in tokenizer.chat_template:
        raise InputError(
            f"{folder}: its chat template writes today's date into every question, so that a model "
            "would answer otherwise tomorrow. Write a date into a chat_template.jinja of your own."
        )
    stop_id = answer_end(tokenizer).stop_id
    if stop_id is None or stop_id not in tokenizer.added_tokens_decoder:
        raise InputError(
            f"{folder}: its chat template ends an answer with no piece of its own, by which the end "
            "could be told. Name a model whose template does."
        )


def _check_digits(folder: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    """Raise InputError where the pieces of a number do not begin with those of its beginnings.

    Numbers are scored by their beginnings: with 57 as one piece, 0.5 would have no part of 0.57.
    """
    for number in (f"1.{digits:02d}" for digits in range(100)):
        pieces = [tokenizer.tokenize(number[:end]) for end in range(1, len(number) + 1)]
        if any(whole[:-1] != part for part, whole in pairwise(pieces)):
            raise InputError(
                f"{folder}: its tokenizer reads {number} as {' '.join(pieces[-1])}. Numbers are scored "
                "digit by digit: name a model whose tokenizer has a piece for each digit."
            )
