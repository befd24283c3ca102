"""Refuse a base model whose logits this project's lean forward pass would get wrong."""

from pathlib import Path

import torch
from transformers import PreTrainedModel

from biomechgpt.errors import InputError
from biomechgpt.language_model.batches import pad_rows
from biomechgpt.language_model.forward import hidden_states, logits

KINDS_OF_LAYERS = {"full_attention", "sliding_attention"}
TOKENS = 8  # that are read for the comparison
TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 0.05}  # of the spread of the logits


def check_base(folder: Path, model: PreTrainedModel) -> None:
    """Compare `model` with what training and prediction take for granted.

    Raises:
        InputError: The head is not tied to the embedding, a layer is no attention layer, or the logits
            of some tokens are other than transformers' own.
    """
    if model.get_output_embeddings().weight is not model.get_input_embeddings().weight:
        raise InputError(
            f"{folder}: the head of this model is not tied to its embedding (tie_word_embeddings: false), so "
            "that the rows of motion tokens would be trained only half: name a model with a tied head."
        )
    kinds = set(getattr(model.config, "layer_types", None) or []) - KINDS_OF_LAYERS
    if kinds or not _same_logits(model):
        what = f"layers of the kind {min(kinds)}" if kinds else "parts that change its logits"
        raise InputError(
            f"{folder}: a model of type {model.config.model_type!r} with {what} is not supported. "
            "Gemma 3, Llama (SmolLM2) and Qwen3 are."
        )


@torch.no_grad()
def _same_logits(model: PreTrainedModel) -> bool:
    """Whether the lean pass gives the logits of the model's own; in training mode (`never_pack`)."""
    row = {"input_ids": list(range(TOKENS)), "predecessors": list(range(-1, TOKENS - 1))}
    batch = {name: value.to(model.device) for name, value in pad_rows([row], 0).items()}
    model.train()
    expected = model(input_ids=batch["input_ids"], use_cache=False).logits[0].float()
    try:
        lean = logits(model, hidden_states(model, batch)[0]).float()
    except (AttributeError, KeyError, TypeError):  # other names of its parts
        return False
    finally:
        model.eval()
    return bool((lean - expected).abs().max() <= TOLERANCE[model.dtype] * expected.std())
