"""Questions that share a motion learn and answer as if each stood alone with it."""

from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from transformers import set_seed

from biomechgpt.language_model import adapters, loading
from biomechgpt.language_model.batches import (
    Weights,
    ancestors,
    attention_masks,
    collate,
    losses,
    total_weight,
)
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.forward import cross_entropy, hidden_states, logits
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.settings.finetune_section import LoraSettings

EXCHANGES = [
    ("Is the walking impaired, yes or no?", "yes"),
    ("How fast in m/s?", "0.57"),
    ("Which?", "cane"),
]
WEIGHTS = Weights(answer=3.0, motion=0.5)


@pytest.fixture
def tokenizer(base):
    return base.tokenizer


@pytest.fixture
def shared(tokenizer, motions):
    """Four motions of different length with one, two or three questions each."""
    return [
        encode_example(tokenizer, MotionInput(motions[i]), EXCHANGES[: 1 + i % 3], 128)
        for i in (3, 7, 10, 23)
    ]


@pytest.fixture
def separate(shared):
    return [
        Example(example.motion, [question]) for example in shared for question in example.questions
    ]


@pytest.fixture
def model(base_folder, request):
    """NF4, adapters and rows in training mode, with a window shorter than the sequences."""
    base = loading.load_base(base_folder, 16)
    set_seed(0)
    model = adapters.add_adapters(base, LoraSettings(rank=4, alpha=8, dropout=0.0), 0)
    for name, parameter in adapters.trainable(model).items():  # LoRA starts at no effect
        torch.nn.init.normal_(parameter, std=0.05) if "lora_B" in name else None
    model.config.sliding_window = 12
    assert set(model.config.layer_types) == {"full_attention", "sliding_attention"}
    return model.train()


def forward(model, batch):
    """Logits (B, T, V)."""
    return logits(model, hidden_states(model, batch))


def of_logits(logits, targets):
    """The cross-entropy where logits stand in the place of hidden states."""
    return F.cross_entropy(logits, targets, reduction="none")


def gradient(model, batches):
    model.zero_grad()
    for batch in batches:
        summed = losses(hidden_states(model, batch), batch, partial(cross_entropy, model))
        (summed.weighted_sum / total_weight(batches)).backward()
    return torch.cat([p.grad.flatten() for p in adapters.trainable(model).values()])


def test_logits_equal_those_of_separate_sequences(model, shared, tokenizer):
    batch = collate(shared, tokenizer.pad_token_id, WEIGHTS)
    together = forward(model, batch).detach()
    for row, example in enumerate(shared):
        start = len(example.motion.ids)
        for question in example.questions:
            alone = forward(model, collate([Example(example.motion, [question])], 0, WEIGHTS))
            stop = start + len(question.input_ids)
            tail = alone[0, len(example.motion.ids) :].detach()
            assert torch.allclose(together[row, start:stop], tail, atol=1e-5)
            start = stop


def test_one_question_alone_is_what_transformers_computes(base_folder, tokenizer, motions):
    """Our masks against those of transformers, with padding and with a window that bites."""
    base = loading.load_base(base_folder, 16)
    base.model.train()
    long = np.tile(motions[23], 3)
    examples = [
        encode_example(tokenizer, MotionInput(m), EXCHANGES[:1], 256)
        for m in (motions[5], long, long)
    ]
    assert base.model.config.sliding_window == 64
    lengths = [example.length() for example in examples]
    assert max(lengths) > 64 > min(lengths)
    batch = collate(examples, tokenizer.pad_token_id, WEIGHTS)
    mask = (torch.arange(batch["input_ids"].shape[1]) < torch.tensor(lengths)[:, None]).long()
    theirs = base.model(input_ids=batch["input_ids"], attention_mask=mask, use_cache=False).logits
    ours = forward(base.model, batch)
    assert torch.allclose(ours[mask.bool()], theirs[mask.bool()], atol=1e-5)


def test_gradients_equal_those_of_separate_sequences(model, shared, separate, tokenizer):
    together = gradient(model, [collate(shared, tokenizer.pad_token_id, WEIGHTS)])
    apart = gradient(model, [collate(separate, tokenizer.pad_token_id, WEIGHTS)])
    assert (together - apart).abs().max() < 1e-5
    assert (together - apart).norm() / apart.norm() < 1e-5


def test_a_question_that_saw_another_would_be_noticed(model, shared, tokenizer):
    """The equality above must break when a question sees those before it."""
    batch = collate(shared, tokenizer.pad_token_id, WEIGHTS)
    right = forward(model, batch).detach()
    leaking = {**batch, "visible": torch.ones_like(batch["visible"]).tril()}
    assert (forward(model, leaking).detach() - right).abs().max() > 1e-2


def test_how_a_step_is_divided_changes_nothing(model, separate, tokenizer):
    whole = gradient(model, [collate(separate, tokenizer.pad_token_id, WEIGHTS)])
    parts = [collate([example], tokenizer.pad_token_id, WEIGHTS) for example in separate]
    divided = gradient(model, parts)
    assert (whole - divided).norm() / whole.norm() < 1e-5


def test_every_token_but_bos_and_padding_is_a_target(shared):
    batch = collate(shared, 0, Weights())
    summed = losses(torch.zeros(*batch["input_ids"].shape, 500), batch, of_logits)
    n_questions = [len(example.questions) for example in shared]
    question_tokens = sum(len(q.input_ids) for example in shared for q in example.questions)
    motion = [len(example.motion.ids) - 1 for example in shared]
    expected = question_tokens + np.dot(motion, n_questions)
    assert total_weight([batch]).item() == expected
    assert summed.weighted_sum.item() == pytest.approx(expected * np.log(500), rel=1e-5)
    answers = sum(sum(q.answer_mask) for example in shared for q in example.questions)
    assert summed.parts.tolist()[1::2] == [answers, question_tokens + sum(motion) - answers]


def test_the_end_of_turn_is_in_the_loss(tokenizer):
    example = encode_example(tokenizer, MotionInput([1]), [("How fast?", "yes")], 64)
    question = example.questions[0]
    place = [i for i, m in enumerate(question.answer_mask) if m][-1]
    assert question.input_ids[place] == tokenizer.convert_tokens_to_ids("<end_of_turn>")
    batch = collate([example], 0, Weights())
    logits = torch.zeros(1, example.length(), 500, requires_grad=True)
    losses(logits, batch, of_logits).weighted_sum.backward()
    place += len(example.motion.ids)
    assert logits.grad[0, place - 1, question.input_ids[place - len(example.motion.ids)]] < -0.9


def test_answer_weight_counts_answers_so_often(tokenizer):
    example = encode_example(tokenizer, MotionInput([1, 2]), [("How fast?", "yes")], 64)
    logits = torch.randn(1, example.length(), 500)
    plain = losses(logits, collate([example], 0, Weights()), of_logits)
    weighted = losses(logits, collate([example], 0, Weights(answer=5.0)), of_logits).weighted_sum
    expected = plain.parts[0] * 5 + plain.parts[2]
    assert weighted.item() == pytest.approx(expected.item(), rel=1e-5)


def test_questions_without_weight_are_no_targets_and_change_no_other_term(shared):
    whole, answers = collate(shared, 0, Weights()), collate(shared, 0, Weights(question=0.0))
    logits = torch.randn(*whole["input_ids"].shape, 500)
    without = losses(logits, answers, of_logits)
    assert without.parts[0].item() == pytest.approx(
        losses(logits, whole, of_logits).parts[0].item()
    )
    n_question_tokens = sum(
        len(q.answer_mask) - sum(q.answer_mask) for e in shared for q in e.questions
    )
    assert total_weight([whole]) - total_weight([answers]) == n_question_tokens


def test_a_token_sees_its_way_to_the_root():
    predecessors = [-1, 0, 1, 1, 3, 4, 1, 3, 7]
    seen = ancestors(predecessors)
    for token in range(len(predecessors)):
        way, place = set(), token
        while place >= 0:
            way.add(place)
            place = predecessors[place]
        assert set(seen[token].nonzero().flatten().tolist()) == way


def test_no_token_is_blind(shared):
    """A row of a mask without any place would turn the softmax into NaN."""
    masks = attention_masks(collate(shared, 0, Weights()), 4)
    assert all(mask.any(-1).all() for mask in masks.values())
