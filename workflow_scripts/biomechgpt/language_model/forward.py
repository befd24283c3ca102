"""Hidden states, logits and cross-entropy without a copy of the whole embedding or of all logits.

In every pass peft writes the trained rows into a copy of the embedding, for the input and again for
the tied head, and forms a gradient of that size only to throw it away. Here the trained rows alone
are put in. The cross-entropy takes a part of the targets at a time and recomputes their logits for
the gradient.
"""

from typing import NamedTuple

import torch
from peft import PeftModel
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from transformers import Cache, PreTrainedModel

from biomechgpt.language_model.batches import VideoBatch, attention_masks
from biomechgpt.language_model.soft_tokens import put_in

LOGITS_AT_ONCE = 2**26  # 256 MiB in float32


class Vocabulary(NamedTuple):
    """The embedding of a model, tied to its head, and the rows of it that the adapter trains."""

    embedding: torch.nn.Embedding  # of V rows
    row_ids: torch.Tensor | None  # (R,)
    rows: torch.Tensor | None  # (R, D), in place of the embedding's own


def hidden_states(
    model: torch.nn.Module, batch: dict[str, torch.Tensor], cache: Cache | None = None
) -> torch.Tensor:
    """The last hidden states (B, T, D) of a batch from `pad_rows`.

    With a `cache` the tokens of the batch follow those in the cache, and are added to it. On a base in
    bfloat16 the adapters, which are float32, compute in bfloat16 as well.
    """
    base = _base(model)
    in_bfloat16 = base.get_input_embeddings().weight.dtype == torch.bfloat16
    with torch.autocast(base.device.type, torch.bfloat16, enabled=in_bfloat16):
        return base.model(
            inputs_embeds=_inputs(model, base, batch),
            attention_mask=_attention_masks(base, batch),
            position_ids=batch["position_ids"],
            past_key_values=cache,
            use_cache=cache is not None,
        ).last_hidden_state


def logits(model: torch.nn.Module, hidden: torch.Tensor) -> torch.Tensor:
    """Logits (N, V) of hidden states (N, D)."""
    return _logits(_vocabulary(_base(model)), hidden)


def cross_entropy(
    model: torch.nn.Module,
    hidden: torch.Tensor,
    targets: torch.Tensor,
    motion_rows: torch.Tensor | None = None,
) -> torch.Tensor:
    """Nats (N,) of target ids (N,) after hidden states (N, D).

    Targets among `motion_rows` (M,) compete with each other alone: nothing else can stand there, and a
    row for each piece of a large vocabulary takes most of a step.
    """
    vocabulary, size = _vocabulary(_base(model)), targets_at_once(model)
    if motion_rows is None:
        return _nats_in_parts(vocabulary, hidden, targets, size)
    place = _places(motion_rows, vocabulary.embedding.num_embeddings)[targets]  # (N,)
    motion, text = place >= 0, place < 0
    scores = F.linear(hidden[motion], _head_rows(vocabulary, motion_rows).to(hidden.dtype))
    nats = torch.zeros(len(targets), device=hidden.device)
    nats[motion] = F.cross_entropy(scores.float(), place[motion], reduction="none")
    nats[text] = _nats_in_parts(vocabulary, hidden[text], targets[text], size)
    return nats


def targets_at_once(model: torch.nn.Module) -> int:
    """For how many tokens the logits of the whole vocabulary may be held at once."""
    return max(1, LOGITS_AT_ONCE // _base(model).config.vocab_size)


def _inputs(
    model: torch.nn.Module, base: PreTrainedModel, batch: dict[str, torch.Tensor]
) -> torch.Tensor:
    """The embeddings (B, T, D) of a batch, with its soft tokens where it has some."""
    embedded = _embed(_vocabulary(base), batch["input_ids"])
    with torch.autocast(embedded.device.type, enabled=False):
        if "soft_features" in batch:
            tokens = model.projector(batch["soft_features"].float())
            embedded = put_in(embedded, tokens, batch["soft_starts"])
        if "video_values" in batch:
            videos = VideoBatch(*(batch[f"video_{part}"] for part in VideoBatch._fields))
            embedded = put_in(embedded, model.video_reader(videos), batch["video_starts"])
    return embedded


def _base(model: torch.nn.Module) -> PreTrainedModel:
    return model.get_base_model() if isinstance(model, PeftModel) else model


def _attention_masks(
    base: PreTrainedModel, batch: dict[str, torch.Tensor]
) -> dict[str, torch.Tensor] | torch.Tensor:
    """The masks by kind of layer, or one of them where the config says of no layer which kind it is."""
    masks = attention_masks(batch, getattr(base.config, "sliding_window", None))
    if getattr(base.config, "layer_types", None):
        return masks
    return masks.get("sliding_attention", masks["full_attention"])


def _vocabulary(base: PreTrainedModel) -> Vocabulary:
    module = base.get_input_embeddings()
    adapter = getattr(module, "token_adapter", None)
    if adapter is None:
        return Vocabulary(module, None, None)
    (name,) = adapter.active_adapters
    row_ids = torch.tensor(adapter.token_indices[name], device=adapter.base_layer.weight.device)
    return Vocabulary(adapter.base_layer, row_ids, adapter.trainable_tokens_delta[name])


def _embed(vocabulary: Vocabulary, ids: torch.Tensor) -> torch.Tensor:
    embedding, row_ids, rows = vocabulary
    embedded = embedding(ids)  # (B, T, D), scaled where the base scales its embedding
    if rows is None:
        return embedded
    place = _places(row_ids, embedding.num_embeddings)[ids]  # (B, T)
    trained = rows.to(embedded.dtype)[place.clamp(min=0)]
    if hasattr(embedding, "embed_scale"):  # Gemma's: the root of the width
        trained = trained * embedding.embed_scale.to(embedded.dtype)
    return torch.where((place >= 0)[..., None], trained, embedded)


def _places(row_ids: torch.Tensor, n_rows: int) -> torch.Tensor:
    """For each row of a vocabulary (V,) its place in `row_ids` (R,), -1 where it is not there."""
    places = torch.full((n_rows,), -1, device=row_ids.device)
    places[row_ids] = torch.arange(len(row_ids), device=row_ids.device)
    return places


def _head_rows(vocabulary: Vocabulary, ids: torch.Tensor) -> torch.Tensor:
    """The rows (N, D) of the head for `ids` (N,), trained ones as they are now."""
    embedding, row_ids, rows = vocabulary
    weight = embedding.weight[ids]
    if rows is None:
        return weight
    place = _places(row_ids, embedding.num_embeddings)[ids]
    return torch.where((place >= 0)[:, None], rows[place.clamp(min=0)], weight.to(rows.dtype))


def _logits(vocabulary: Vocabulary, hidden: torch.Tensor) -> torch.Tensor:
    embedding, row_ids, rows = vocabulary
    scores = F.linear(hidden, embedding.weight)
    if rows is None:
        return scores
    return scores.index_copy_(-1, row_ids, F.linear(hidden, rows.to(hidden.dtype)).to(scores.dtype))


def _nats_in_parts(
    vocabulary: Vocabulary, hidden: torch.Tensor, targets: torch.Tensor, size: int
) -> torch.Tensor:
    """Nats (N,) of targets that compete with the whole vocabulary, `size` at a time."""
    if len(hidden) <= size:
        return _nats(vocabulary, hidden, targets)
    parts = zip(hidden.split(size), targets.split(size), strict=True)
    return torch.cat([checkpoint(_nats, vocabulary, *part, use_reentrant=False) for part in parts])


def _nats(vocabulary: Vocabulary, hidden: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(_logits(vocabulary, hidden).float(), targets, reduction="none")
