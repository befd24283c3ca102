"""The lean forward pass and loss equal those of transformers and peft."""

import pytest
import torch
from torch.nn import functional as F

from biomechgpt.language_model import adapters, forward, loading
from biomechgpt.language_model.batches import Weights, collate, losses
from biomechgpt.language_model.examples import encode_example
from biomechgpt.settings.finetune_section import LoraSettings

EXCHANGES = [("Is the walking impaired, yes or no?", "yes"), ("How fast in m/s?", "0.57")]


@pytest.fixture
def model(base):
    """Adapters that do something and motion rows that are no longer the base's own."""
    torch.manual_seed(0)
    model = adapters.add_adapters(base, LoraSettings(rank=4, alpha=8, dropout=0.0), 0)
    for parameter in adapters.trainable(model).values():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return model.train()


@pytest.fixture
def batch(base, motions):
    examples = [encode_example(base.tokenizer, motions[i], EXCHANGES[:1], 128) for i in (3, 9)]
    return collate(examples, base.tokenizer.pad_token_id, Weights(answer=3.0))


def whole_cross_entropy(model, batch):
    """transformers' and peft's own forward pass, and the cross-entropy of all logits at once."""
    mask = (batch["loss_weights"] > 0).long()
    mask[:, 0] = 1  # BOS is no target
    logits = model(input_ids=batch["input_ids"], attention_mask=mask, use_cache=False).logits
    return losses(logits, batch, lambda x, y: F.cross_entropy(x, y, reduction="none"))


def ours(model, batch):
    hidden = forward.hidden_states(model, batch)
    return losses(hidden, batch, lambda *pair: forward.cross_entropy(model, *pair))


def gradients(model, summed):
    model.zero_grad()
    summed.weighted_sum.backward()
    return {name: p.grad.clone() for name, p in adapters.trainable(model).items()}


@pytest.mark.parametrize("targets_at_once", [1, 7, 10_000])
def test_loss_and_gradients_equal_the_whole(model, batch, monkeypatch, targets_at_once):
    rows = model.get_base_model().config.vocab_size
    monkeypatch.setattr(forward, "LOGITS_AT_ONCE", targets_at_once * rows)
    expected, chunked = whole_cross_entropy(model, batch), ours(model, batch)
    assert chunked.weighted_sum.item() == pytest.approx(expected.weighted_sum.item(), rel=1e-6)
    assert torch.allclose(chunked.parts, expected.parts, rtol=1e-5)
    their_gradients, our_gradients = gradients(model, expected), gradients(model, chunked)
    assert any("trainable_tokens_delta" in name for name in our_gradients)
    for name, gradient in our_gradients.items():
        assert (gradient - their_gradients[name]).norm() <= 1e-5 * their_gradients[name].norm(), (
            name
        )


def test_a_model_without_adapters_learns_its_whole_embedding(base_folder, batch):
    model = loading.Gemma3ForCausalLM.from_pretrained(base_folder).train()
    their_gradients = gradients(model, whole_cross_entropy(model, batch))
    our_gradients = gradients(model, ours(model, batch))
    name = "model.embed_tokens.weight"
    assert (our_gradients[name] - their_gradients[name]).norm() <= 1e-5 * their_gradients[
        name
    ].norm()


def test_no_more_logits_than_allowed_are_made_at_once(model, batch, monkeypatch):
    made = []
    whole = F.cross_entropy
    monkeypatch.setattr(
        forward.F, "cross_entropy", lambda x, *a, **k: made.append(x.numel()) or whole(x, *a, **k)
    )
    allowed = 5 * model.get_base_model().config.vocab_size
    monkeypatch.setattr(forward, "LOGITS_AT_ONCE", allowed)
    ours(model, batch).weighted_sum.backward()
    assert len(made) > 10
    assert max(made) <= allowed
