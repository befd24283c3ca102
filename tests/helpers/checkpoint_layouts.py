"""Small random checkpoints in the layouts of Gemma 3 1B and 4B (with a vision tower), SmolLM2 and Qwen3."""

from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    Gemma3Config,
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from biomechgpt.language_model import vocabulary

TEXTS = ["Is the walking impaired, yes or no?", "How fast in m/s? 0.57", "none, cane or walker"]
RESERVED = 40
SMOLLM2_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
QWEN3_TEMPLATE = (  # the last answer follows an empty thought, which a prompt has where none is wanted
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' and loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{{ message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)


def write_checkpoint(folder: Path, layout: str) -> Path:
    """Write a checkpoint of `layout` 1b, 4b, smollm2 or qwen3 to `folder`, in bfloat16 as the hub's are."""
    torch.manual_seed(1)
    make = {"smollm2": _smollm2, "qwen3": _qwen3}
    model, tokenizer = make[layout]() if layout in make else _gemma(layout)
    for name, parameter in model.named_parameters():
        if "norm" not in name:  # at the usual spread such a narrow model is nearly the identity
            torch.nn.init.normal_(parameter, std=0.1)
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _gemma(layout: str) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """As in Gemma 3 the tokenizer's last entry stands for an image: it has no row of its own in 1B.

    In 4B padding rows follow it. Heads are wider than the hidden size says, five of six layers slide.
    """
    tokenizer = vocabulary.train_tokenizer(TEXTS, 420, RESERVED - 2 - vocabulary.SPARE_RESERVED)
    n_rows = len(tokenizer)
    tokenizer.add_tokens([AddedToken("<image_soft_token>", special=True, normalized=False)])
    text = {
        "vocab_size": n_rows + (8 if layout == "4b" else 0),
        "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 6,
        "num_attention_heads": 4, "num_key_value_heads": 1 if layout == "1b" else 2,
        "head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 24,
        "max_position_embeddings": 512, "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id,
    }  # fmt: skip
    if layout == "1b":
        return Gemma3ForCausalLM(Gemma3TextConfig(**text)), tokenizer
    vision = {
        "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "image_size": 28, "patch_size": 14,
    }  # fmt: skip
    config = Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4)
    return Gemma3ForConditionalGeneration(config), tokenizer


def _smollm2() -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """Llama: three heads share keys and values; the end of a turn pads; a system turn comes first."""
    tokenizer = byte_level_tokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.bos_token, tokenizer.eos_token = "<|im_start|>", "<|im_end|>"
    tokenizer.pad_token, tokenizer.chat_template = "<|im_end|>", SMOLLM2_TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=192, intermediate_size=128, num_hidden_layers=3,
        num_attention_heads=3, num_key_value_heads=1, max_position_embeddings=512,
        tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, pad_token_id=2,
    )  # fmt: skip
    return LlamaForCausalLM(config), tokenizer


def _qwen3() -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """No BOS, heads wider than the hidden size says, and padding rows behind the tokenizer's."""
    tokenizer = byte_level_tokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    thoughts = [AddedToken(name, special=False) for name in ("<think>", "</think>")]
    tokenizer.add_tokens(thoughts)
    tokenizer.eos_token, tokenizer.pad_token = "<|im_end|>", "<|endoftext|>"
    tokenizer.chat_template = QWEN3_TEMPLATE
    config = Qwen3Config(
        vocab_size=len(tokenizer) + 11, hidden_size=64, intermediate_size=128, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=2, head_dim=32, max_position_embeddings=512,
        tie_word_embeddings=True, bos_token_id=None, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    return Qwen3ForCausalLM(config), tokenizer


def byte_level_tokenizer(special: list[str], digits_apart: bool = True) -> PreTrainedTokenizerFast:
    """A tokenizer of bytes, as GPT-2's; those of Llama 3 read up to three digits as one piece."""
    pieces = Tokenizer(BPE())
    apart = [pre_tokenizers.Digits(individual_digits=True)] if digits_apart else []
    bytes_of_text = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.pre_tokenizer = pre_tokenizers.Sequence([*apart, bytes_of_text])
    pieces.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=400,
        special_tokens=[AddedToken(name, normalized=False, special=True) for name in special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    pieces.train_from_iterator(TEXTS * 3, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=pieces)
