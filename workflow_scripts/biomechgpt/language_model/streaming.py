"""Write the answer to one question token by token."""

from collections.abc import Iterator, Sequence

import torch
from transformers import DynamicCache

from biomechgpt.language_model.batches import pad_rows
from biomechgpt.language_model.examples import END_OF_TURN, Prompts, encode_prompts
from biomechgpt.language_model.forward import hidden_states, logits
from biomechgpt.language_model.model_folder import Model
from biomechgpt.language_model.prediction import MAX_NEW_TOKENS, RESERVED_FOR_ANSWER


def prompts_of(loaded: Model, tokens: Sequence[int], question: str) -> Prompts:
    """The prompt of one question, as `prediction.predict` has it; InputError as `encode_prompts`."""
    longest = loaded.description["max_length"]
    return encode_prompts(loaded.tokenizer, tokens, [question], longest, RESERVED_FOR_ANSWER)


@torch.inference_mode()
def stream_text(loaded: Model, prompts: Prompts) -> Iterator[str]:
    """The most probable answer as far as it is written, after each of its tokens.

    It is the text that `prediction.predict` reads.
    """
    tokenizer = loaded.tokenizer
    unread, written = [*prompts.motion_ids, *prompts.questions[0]], []
    stop, cache = tokenizer.convert_tokens_to_ids(END_OF_TURN), DynamicCache()
    while len(written) < MAX_NEW_TOKENS:
        batch = _behind(unread, cache.get_seq_length(), tokenizer.pad_token_id)
        batch = {name: value.to(loaded.model.device) for name, value in batch.items()}
        hidden = hidden_states(loaded.model, batch, cache)[0, -1:]
        unread = logits(loaded.model, hidden).argmax(-1).tolist()
        if unread == [stop]:
            return
        written += unread
        yield tokenizer.decode(written, skip_special_tokens=True).strip()


def _behind(ids: Sequence[int], n_read: int, pad_id: int) -> dict[str, torch.Tensor]:
    """A batch of one row `ids` that follow `n_read` tokens in the cache, all of which they see."""
    row = {"input_ids": list(ids), "predecessors": list(range(-1, len(ids) - 1))}
    batch = pad_rows([row], pad_id)
    before = torch.ones(1, len(ids), n_read, dtype=torch.bool)
    batch["visible"] = torch.cat([before, batch["visible"]], -1)  # (1, T, n_read + T)
    batch["key_positions"] = torch.arange(n_read + len(ids))[None]
    batch["position_ids"] = batch["key_positions"][:, n_read:]
    return batch
