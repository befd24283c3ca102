"""Sequences: one BOS, the end of turn is a target, the answer is never cut."""

import numpy as np
import pytest
import torch

from biomechgpt.errors import InputError
from biomechgpt.language_model.batches import Collator, losses
from biomechgpt.language_model.examples import (
    encode_example,
    encode_prompt,
    pretraining_examples,
)


@pytest.fixture
def tokenizer(base):
    return base.tokenizer


def test_the_whole_layout(tokenizer):
    example = encode_example(tokenizer, [1, 2], "How fast in m/s?", "0.57", 64)
    assert tokenizer.decode(example.input_ids) == (
        "<bos><start_of_turn>user\n<motion_start><motion_1><motion_2><motion_end> How fast in m/s?"
        "<end_of_turn>\n<start_of_turn>model\n0.57<end_of_turn>\n"
    )


def test_one_bos_at_the_start(tokenizer):
    ids = encode_example(tokenizer, [1], "How fast?", "yes", 64).input_ids
    assert ids.count(tokenizer.bos_token_id) == 1
    assert ids[0] == tokenizer.bos_token_id


def test_parts_joined_equal_the_template_as_a_whole(tokenizer):
    turns = [
        {"role": "user", "content": "<motion_start><motion_7><motion_end> How fast?"},
        {"role": "assistant", "content": "walker"},
    ]
    whole = tokenizer.apply_chat_template(turns, tokenize=False)
    expected = tokenizer.encode(whole, add_special_tokens=False)
    assert encode_example(tokenizer, [7], "How fast?", "walker", 64).input_ids == expected


def test_answer_mask_is_the_answer_and_its_end(tokenizer):
    example = encode_example(tokenizer, [1, 2], "How fast?", "walker", 64)
    marked = [t for t, m in zip(example.input_ids, example.answer_mask, strict=True) if m]
    assert tokenizer.decode(marked) == "walker<end_of_turn>"


def test_a_long_motion_loses_its_end_and_nothing_else(tokenizer):
    motion = [i % 16 for i in range(200)]
    example = encode_example(tokenizer, motion, "How fast?", "walker", 60)
    text = tokenizer.decode(example.input_ids)
    assert len(example.input_ids) == 60
    kept = 200 - example.motion_tokens_cut
    assert text.count("<motion_") == kept + 2
    assert f"<motion_{motion[kept - 1]}><motion_end>" in text
    assert text.endswith("How fast?<end_of_turn>\n<start_of_turn>model\nwalker<end_of_turn>\n")


def test_no_room_for_any_motion_is_an_error(tokenizer):
    with pytest.raises(InputError, match="max_length"):
        encode_example(tokenizer, [1, 2], "How fast?" * 20, "walker", 40)


@pytest.mark.parametrize("text", ["<end_of_turn>", "<bos>", "<motion_start>"])
def test_a_question_with_control_tokens_is_refused(tokenizer, text):
    with pytest.raises(InputError, match="reserved text"):
        encode_prompt(tokenizer, [1], f"How fast? {text}", 64, 8)


def test_every_token_but_bos_and_padding_is_a_target(tokenizer):
    examples = [
        encode_example(tokenizer, [1] * n, "How fast?", "yes", 64)._asdict() for n in (3, 9)
    ]
    batch = Collator(tokenizer.pad_token_id)(examples)
    logits = torch.zeros(2, batch["input_ids"].shape[1], 500)
    found = losses(logits, batch)
    targets = sum(len(example["input_ids"]) - 1 for example in examples)
    assert found.weighted_sum.item() == pytest.approx(targets * np.log(500), rel=1e-5)
    answers = sum(sum(example["answer_mask"]) for example in examples)
    assert found.parts.tolist()[1::2] == [answers, targets - answers]


def test_the_end_of_turn_is_in_the_loss(tokenizer):
    example = encode_example(tokenizer, [1], "How fast?", "yes", 64)
    batch = Collator(tokenizer.pad_token_id)([example._asdict()])
    place = [i for i, m in enumerate(example.answer_mask) if m][-1]
    assert example.input_ids[place] == tokenizer.convert_tokens_to_ids("<end_of_turn>")
    logits = torch.zeros(1, len(example.input_ids), 500, requires_grad=True)
    losses(logits, batch).weighted_sum.backward()
    assert logits.grad[0, place - 1, example.input_ids[place]] < -0.9


def test_answer_weight_counts_answers_so_often(tokenizer):
    example = encode_example(tokenizer, [1, 2], "How fast?", "yes", 64)._asdict()
    logits = torch.randn(1, len(example["input_ids"]), 500)
    plain = losses(logits, Collator(0)([example]))
    weighted = losses(logits, Collator(0, 5.0)([example])).weighted_sum
    expected = plain.parts[0] * 5 + plain.parts[2]
    assert weighted.item() == pytest.approx(expected.item(), rel=1e-5)


def test_pretraining_replies_do_not_depend_on_the_motion(tokenizer, motions, tasks):
    """No label can enter: replies are drawn evenly from the options whatever the motion is."""
    kinds = [motions[0][:6], motions[1][:6]]
    examples = pretraining_examples(tokenizer, kinds * 300, tasks[:1], 1, 64, 0)
    texts = [tokenizer.decode(example.input_ids) for example in examples]
    yes = np.array(["model\nyes<end_of_turn>" in text for text in texts])
    assert 0.4 < yes[::2].mean() < 0.6
    assert 0.4 < yes[1::2].mean() < 0.6


def test_pretraining_passes_may_be_a_fraction(tokenizer, motions, tasks):
    whole = pretraining_examples(tokenizer, motions, tasks, 2, 128, 0)
    half = pretraining_examples(tokenizer, motions, tasks, 0.5, 128, 0)
    assert len(half) == len(whole) // 4
    assert half[0] == whole[0]
