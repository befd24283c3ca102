"""Sequences: one BOS, the end of turn is a target, the answer is never cut."""

import pytest

from biomechgpt.errors import InputError
from biomechgpt.language_model.examples import (
    encode_example,
    encode_prompts,
)


@pytest.fixture
def tokenizer(base):
    return base.tokenizer


def token_ids(tokenizer, motion, question, answer, max_length=64):
    """The token ids of a motion with one question."""
    example = encode_example(tokenizer, motion, [(question, answer)], max_length)
    return example.motion_ids + example.questions[0].input_ids


def test_the_whole_layout(tokenizer):
    assert tokenizer.decode(token_ids(tokenizer, [1, 2], "How fast in m/s?", "0.57")) == (
        "<bos><start_of_turn>user\n<motion_start><motion_1><motion_2><motion_end> How fast in m/s?"
        "<end_of_turn>\n<start_of_turn>model\n0.57<end_of_turn>\n"
    )


def test_one_bos_at_the_start(tokenizer):
    ids = token_ids(tokenizer, [1], "How fast?", "yes")
    assert ids.count(tokenizer.bos_token_id) == 1
    assert ids[0] == tokenizer.bos_token_id


def test_parts_joined_equal_the_template_as_a_whole(tokenizer):
    turns = [
        {"role": "user", "content": "<motion_start><motion_7><motion_end> How fast?"},
        {"role": "assistant", "content": "walker"},
    ]
    whole = tokenizer.apply_chat_template(turns, tokenize=False)
    expected = tokenizer.encode(whole, add_special_tokens=False)
    assert token_ids(tokenizer, [7], "How fast?", "walker") == expected


def test_a_prompt_is_the_beginning_of_its_example(tokenizer):
    motion, (question,), _ = encode_prompts(tokenizer, [1, 2], ["How fast?"], 64, 8)
    prompt = motion + question
    assert token_ids(tokenizer, [1, 2], "How fast?", "walker")[: len(prompt)] == prompt


def test_answer_mask_is_the_answer_and_its_end(tokenizer):
    question = encode_example(tokenizer, [1, 2], [("How fast?", "walker")], 64).questions[0]
    marked = [t for t, m in zip(question.input_ids, question.answer_mask, strict=True) if m]
    assert tokenizer.decode(marked) == "walker<end_of_turn>"


def test_a_long_motion_loses_its_end_and_nothing_else(tokenizer):
    motion = [i % 16 for i in range(200)]
    questions = [("How fast?", "walker"), ("How fast in m/s, please?", "0.57")]
    example = encode_example(tokenizer, motion, questions, 60)
    text = tokenizer.decode(example.motion_ids)
    kept = 200 - example.motion_tokens_cut
    assert text.count("<motion_") == kept + 2
    assert text.endswith(f"<motion_{motion[kept - 1]}><motion_end>")
    assert len(example.motion_ids) + max(len(q.input_ids) for q in example.questions) == 60
    ends = [tokenizer.decode(question.input_ids) for question in example.questions]
    assert ends[0] == " How fast?<end_of_turn>\n<start_of_turn>model\nwalker<end_of_turn>\n"
    assert ends[1].endswith("0.57<end_of_turn>\n")


def test_no_room_for_any_motion_is_an_error(tokenizer):
    with pytest.raises(InputError, match="max_length"):
        encode_example(tokenizer, [1, 2], [("How fast?" * 20, "walker")], 40)


@pytest.mark.parametrize("text", ["<end_of_turn>", "<bos>", "<motion_start>"])
def test_a_question_with_control_tokens_is_refused(tokenizer, text):
    with pytest.raises(InputError, match="reserved text"):
        encode_prompts(tokenizer, [1], [f"How fast? {text}"], 64, 8)
