"""Write the answer to one question token by token."""

from collections.abc import Iterator, Sequence

import torch
from transformers import DynamicCache

from biomechgpt.language_model.batches import pad_rows, soft_tokens
from biomechgpt.language_model.examples import Prompts, answer_end
from biomechgpt.language_model.forward import hidden_states, logits
from biomechgpt.language_model.model_folder import LoadedModel
from biomechgpt.language_model.prediction import MAX_NEW_TOKENS


@torch.inference_mode()
def stream_text(
    loaded: LoadedModel, prompts: Prompts, most_tokens: int = MAX_NEW_TOKENS
) -> Iterator[str]:
    """The most probable answer to the first question, after each of its tokens as far as written.

    It ends as the text that `prediction.predict` parses, unless it may have more tokens.
    """
    tokenizer = loaded.tokenizer
    unread, written = [*prompts.motion.ids, *prompts.questions[0]], []
    stop, cache = answer_end(tokenizer).stop_id, DynamicCache()
    soft = soft_tokens([prompts.motion])
    while len(written) < most_tokens:
        batch = soft | _after_cache(unread, cache.get_seq_length(), tokenizer.pad_token_id)
        batch = {name: value.to(loaded.model.device) for name, value in batch.items()}
        hidden = hidden_states(loaded.model, batch, cache)[0, -1:]
        soft = {}  # the motion is read once
        unread = logits(loaded.model, hidden).argmax(-1).tolist()
        if unread == [stop]:
            return
        written += unread
        yield tokenizer.decode(written, skip_special_tokens=True).strip()


def _after_cache(ids: Sequence[int], n_cached: int, pad_id: int) -> dict[str, torch.Tensor]:
    """A batch of one row `ids`, which attends to all of the `n_cached` tokens in the cache."""
    row = {"input_ids": list(ids), "predecessors": list(range(-1, len(ids) - 1))}
    batch = pad_rows([row], pad_id)
    cached = torch.ones(1, len(ids), n_cached, dtype=torch.bool)
    batch["visible"] = torch.cat([cached, batch["visible"]], -1)  # (1, T, n_cached + T)
    batch["key_positions"] = torch.arange(n_cached + len(ids))[None]
    batch["position_ids"] = batch["key_positions"][:, n_cached:]
    return batch
