"""The language tokenizer and the motion tokens in it.

Motion tokens take the place of reserved pieces (`<unused0>`, `<unused1>`, ...), of which Gemma has
thousands: the embedding is not resized and an adapter fits the original base. The paper's way is
possible as well, and needed where a base has no reserved pieces: rows added behind all others. Ids are
always looked up by the text of their token.
"""

import json
import re
from collections.abc import Iterable, Sequence

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError

TURNS = ("<start_of_turn>", "<end_of_turn>")
CONTROL_TOKENS = ("<pad>", "<eos>", "<bos>", "<unk>", *TURNS)
RESERVED = re.compile(r"<unused\d+>|<\|reserved_special_token_\d+\|>")  # of Gemma, of Llama 3
MOTION_START, MOTION_END = "<motion_start>", "<motion_end>"
SPARE_RESERVED = 14
PRINTABLE_ASCII = [chr(code) for code in range(33, 127)]

# Gemma 3's layout: BOS inside the template, no system role (its text opens the first user turn),
# strictly alternating turns, the assistant is called `model`.
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{%- set prefix = '' -%}"
    "{%- if messages[0]['role'] == 'system' -%}"
    "{%- set prefix = messages[0]['content'] + '\n\n' -%}"
    "{%- set messages = messages[1:] -%}"
    "{%- endif -%}"
    "{%- for message in messages -%}"
    "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}"
    "{{ raise_exception('Turns must alternate between user and assistant, the user first.') }}"
    "{%- endif -%}"
    "{%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}"
    "{{ '<start_of_turn>' + role + '\n' + (prefix if loop.first else '') }}"
    "{{ message['content'] | trim + '<end_of_turn>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}"
)


def motion_name(code: int) -> str:
    """The token text of a code."""
    return f"<motion_{code}>"


def is_motion_name(text: str) -> bool:
    """Whether a token stands for a code, or for the start or end of a motion."""
    return text.startswith("<motion_")


def motion_names(motion_vocabulary_size: int) -> list[str]:
    """The texts of the motion tokens: those of the codes, then start and end."""
    return [motion_name(code) for code in range(motion_vocabulary_size)] + [
        MOTION_START,
        MOTION_END,
    ]


def motion_text(tokens: Iterable[int]) -> str:
    """A motion as text: its tokens between start and end."""
    return MOTION_START + "".join(map(motion_name, tokens)) + MOTION_END


def motion_ids(tokenizer: PreTrainedTokenizerFast, motion_vocabulary_size: int) -> list[int]:
    """Embedding rows of the `motion_names`, looked up by text; InputError where one is missing."""
    vocabulary = tokenizer.get_vocab()
    missing = [name for name in motion_names(motion_vocabulary_size) if name not in vocabulary]
    if missing:
        raise InputError(
            f"The language tokenizer has no {missing[0]} ({len(missing)} motion tokens missing): it was "
            "built for another number of codes. Build the base model again for this motion tokenizer."
        )
    return [vocabulary[name] for name in motion_names(motion_vocabulary_size)]


def has_motion(tokenizer: PreTrainedTokenizerFast) -> bool:
    """Whether this tokenizer has motion tokens."""
    return MOTION_START in tokenizer.get_vocab()


def name_motion_rows(
    tokenizer: PreTrainedTokenizerFast, motion_vocabulary_size: int
) -> PreTrainedTokenizerFast:
    """A copy of `tokenizer` in which motion tokens replace reserved pieces.

    They are neither special (`decode(skip_special_tokens=True)` would drop them) nor normalised.

    Raises:
        InputError: There are too few reserved pieces.
    """
    description = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary = description["model"]["vocab"]
    reserved = sorted((t for t in vocabulary if RESERVED.fullmatch(t)), key=vocabulary.get)
    names = motion_names(motion_vocabulary_size)
    if len(reserved) < len(names):
        raise InputError(
            f"The language tokenizer has {len(reserved)} reserved pieces, {len(names)} motion tokens "
            "need one each. Set motion_tokens: resize of this base model, or choose a smaller codebook_size."
        )
    renamed = dict(zip(reserved, names, strict=False))
    description["model"]["vocab"] = {renamed.get(t, t): i for t, i in vocabulary.items()}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    kept = [t for t in description["added_tokens"] if t["content"] not in renamed]
    motion = [
        {"id": vocabulary[old], "content": new, "special": False, **plain}
        for old, new in renamed.items()
    ]
    description["added_tokens"] = sorted(kept + motion, key=lambda token: token["id"])
    return _with_pieces(tokenizer, Tokenizer.from_str(json.dumps(description)))


def add_motion_rows(
    tokenizer: PreTrainedTokenizerFast, motion_vocabulary_size: int
) -> PreTrainedTokenizerFast:
    """A copy of `tokenizer` with the motion tokens behind all others, as the paper has them."""
    grown = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    names = motion_names(motion_vocabulary_size)
    grown.add_tokens([AddedToken(name, normalized=False, special=False) for name in names])
    return _with_pieces(tokenizer, grown)


def _with_pieces(tokenizer: PreTrainedTokenizerFast, pieces: Tokenizer) -> PreTrainedTokenizerFast:
    """A copy of `tokenizer` with other `pieces`; where it has none for padding, the end of text pads."""
    return PreTrainedTokenizerFast(
        tokenizer_object=pieces,
        bos_token=tokenizer.bos_token, eos_token=tokenizer.eos_token,
        pad_token=tokenizer.pad_token or tokenizer.eos_token, unk_token=tokenizer.unk_token,
        chat_template=tokenizer.chat_template, padding_side="left",
        clean_up_tokenization_spaces=False,
    )  # fmt: skip


def train_tokenizer(
    texts: Sequence[str], vocabulary: int, motion_vocabulary_size: int
) -> PreTrainedTokenizerFast:
    """A BPE tokenizer like that of Gemma, trained on `texts`, with reserved pieces for motion tokens.

    Spaces become U+2581, each digit is a piece, and what no piece covers falls back to bytes, so that
    any text can be encoded. `vocabulary` is the largest number of text pieces.
    """
    reserved = [f"<unused{i}>" for i in range(motion_vocabulary_size + 2 + SPARE_RESERVED)]
    byte_pieces = [f"<0x{byte:02X}>" for byte in range(256)]
    first = [*CONTROL_TOKENS, *reserved, *byte_pieces]
    tokenizer = Tokenizer(BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("[0-9\n]"), "isolated"),
            pre_tokenizers.Split("▁", "merged_with_next"),
        ]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    trainer = BpeTrainer(
        vocab_size=vocabulary + len(first) - len(byte_pieces),
        special_tokens=[AddedToken(token, normalized=False) for token in first],
        initial_alphabet=["▁", "\n", *PRINTABLE_ASCII],
        show_progress=False,
    )
    # A word at the start of a turn has no space before it, so each is learnt with and without a space.
    words = [word for text in texts for word in text.split()]
    tokenizer.train_from_iterator([*texts, *words], trainer)
    tokenizer = _without_added(tokenizer, set(byte_pieces))
    tokenizer.post_processor = TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B",
        special_tokens=[("<bos>", tokenizer.token_to_id("<bos>"))],
    )  # fmt: skip
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>",
        chat_template=CHAT_TEMPLATE, padding_side="left", clean_up_tokenization_spaces=False,
    )  # fmt: skip


def _without_added(tokenizer: Tokenizer, names: set[str]) -> Tokenizer:
    """A copy without `names` as added tokens, so that the text `<0x41>` is not read as a byte."""
    description = json.loads(tokenizer.to_str())
    added = [token for token in description["added_tokens"] if token["content"] not in names]
    return Tokenizer.from_str(json.dumps({**description, "added_tokens": added}))
