"""Small random checkpoints in the layouts of Gemma 3 1B (text) and 4B (with a vision tower)."""

from pathlib import Path

import torch
from tokenizers import AddedToken
from transformers import (
    Gemma3Config,
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3TextConfig,
)

from biomechgpt.language_model import vocabulary

TEXTS = ["Is the walking impaired, yes or no?", "How fast in m/s? 0.57", "none, cane or walker"]
RESERVED = 40


def write_checkpoint(folder: Path, layout: str) -> Path:
    """Write a checkpoint of `layout` 1b or 4b to `folder`, in bfloat16 as the hub's are.

    As in Gemma 3 the tokenizer's last entry stands for an image: it has no row of its own in 1B, and
    in 4B padding rows follow it. Heads are wider than the hidden size says, five of six layers slide.
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
    torch.manual_seed(1)
    if layout == "1b":
        model = Gemma3ForCausalLM(Gemma3TextConfig(**text))
    else:
        vision = {
            "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "image_size": 28, "patch_size": 14,
        }  # fmt: skip
        model = Gemma3ForConditionalGeneration(
            Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4)
        )
    for name, parameter in model.named_parameters():
        if "norm" not in name:  # at the usual spread such a narrow model is nearly the identity
            torch.nn.init.normal_(parameter, std=0.1)
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
