"""The lean forward pass and loss equal those of transformers and peft."""

import pytest
import torch
from torch.nn import functional as F
from transformers import AutoModelForCausalLM

from biomechgpt.language_model import adapters, forward
from biomechgpt.language_model.batches import Weights, collate, losses
from biomechgpt.language_model.examples import encode_example
from biomechgpt.language_model.motion_input import MotionInput
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
    examples = [
        encode_example(base.tokenizer, MotionInput(motions[i]), EXCHANGES[:1], 128) for i in (3, 9)
    ]
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
    model = AutoModelForCausalLM.from_pretrained(base_folder).train()
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


def test_adapters_compute_in_bfloat16_on_a_base_in_bfloat16(base_folder, base, batch):
    """In float32 they would take most of the time of a step on a GPU."""
    model = AutoModelForCausalLM.from_pretrained(base_folder, dtype=torch.bfloat16)
    lora = LoraSettings(rank=4, alpha=8, dropout=0.0)
    adapted = adapters.add_adapters(base._replace(model=model), lora, 0)
    computed = []
    for name, module in adapted.named_modules():
        if name.endswith("lora_A.default"):
            module.register_forward_hook(lambda _, inputs, output: computed.append(output.dtype))
    assert forward.hidden_states(adapted, batch).dtype == torch.bfloat16
    assert computed == [torch.bfloat16] * 14
    assert {p.dtype for p in adapters.trainable(adapted).values()} == {torch.float32}


def among_motion_rows(model, batch, motion_rows):
    """The same by transformers' and peft's own forward pass: other logits are taken out."""
    logits = model(input_ids=batch["input_ids"], use_cache=False).logits
    taken_out = torch.full((logits.shape[-1],), -torch.inf)
    taken_out[motion_rows] = 0.0

    def nats(scores, targets):
        is_motion = torch.isin(targets, torch.tensor(motion_rows))
        scores = torch.where(is_motion[:, None], scores + taken_out, scores)
        return F.cross_entropy(scores, targets, reduction="none")

    return losses(logits, batch, nats)


@pytest.mark.parametrize("targets_at_once", [7, 10_000])
def test_motion_tokens_compete_with_each_other_alone(
    model, base, motions, monkeypatch, targets_at_once
):
    """Text and answers still compete with the whole vocabulary, the end of their turn among it."""
    rows = base.motion_rows
    vocabulary_size = model.get_base_model().config.vocab_size
    monkeypatch.setattr(forward, "LOGITS_AT_ONCE", targets_at_once * vocabulary_size)
    example = encode_example(base.tokenizer, MotionInput(motions[9]), EXCHANGES[:1], 128)
    batch = collate([example], base.tokenizer.pad_token_id, Weights(answer=3.0))
    expected = among_motion_rows(model, batch, rows)
    hidden = forward.hidden_states(model, batch)
    restricted = losses(
        hidden, batch, lambda *pair: forward.cross_entropy(model, *pair, torch.tensor(rows))
    )
    assert restricted.weighted_sum.item() == pytest.approx(expected.weighted_sum.item(), rel=1e-6)
    assert torch.allclose(restricted.parts, expected.parts, rtol=1e-5)
    assert restricted.parts[2] < ours(model, batch).parts[2]
    expected_gradients, ours_gradients = gradients(model, expected), gradients(model, restricted)
    for name, gradient in ours_gradients.items():
        of_expected = expected_gradients[name]
        assert (gradient - of_expected).norm() <= 1e-5 * of_expected.norm(), name


def test_a_model_without_adapters_lets_motion_tokens_compete_alone(base_folder, base):
    model = AutoModelForCausalLM.from_pretrained(base_folder)
    hidden = torch.randn(5, model.config.hidden_size)
    targets = torch.tensor([*base.motion_rows[3:6], 5, 5])
    restricted = forward.cross_entropy(model, hidden, targets, torch.tensor(base.motion_rows))
    scores = hidden @ model.get_input_embeddings().weight.T
    expected = F.cross_entropy(
        scores[:3][:, base.motion_rows], torch.tensor([3, 4, 5]), reduction="none"
    )
    assert torch.allclose(restricted[:3], expected, rtol=1e-5)
    assert torch.allclose(
        restricted[3:], F.cross_entropy(scores[3:], targets[3:], reduction="none")
    )
