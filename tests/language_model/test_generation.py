"""Movements from words: how they are learnt beside questions, and how they are sampled."""

import json

import numpy as np
import pytest
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, set_seed

from biomechgpt.errors import InputError
from biomechgpt.language_model.batches import Weights, collate
from biomechgpt.language_model.examples import encode_generation, generation_prompt
from biomechgpt.language_model.generation_examples import generation_examples, steps_between
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_reading import read_motions
from biomechgpt.language_model.sampling import (
    MotionPrompt,
    Sampling,
    draw,
    longest_run,
    sample_motions,
)
from biomechgpt.language_model.vocabulary import MOTION_END, MOTION_START, motion_ids, motion_name
from biomechgpt.tokenizer.tokens import TokensMetadata, read_tokens
from tests.helpers.small_generation import WALK, make_conditions, write_maker
from tests.helpers.small_model import CODES, trained_with


@pytest.fixture(scope="module")
def maker(tmp_path_factory, sources, variant_run):
    return load_model(write_maker(tmp_path_factory.mktemp("maker"), sources, variant_run))


@pytest.fixture(scope="module")
def talkative(maker):
    """A random model, whose movements differ."""
    set_seed(0)
    config = Gemma3TextConfig(**maker.model.get_base_model().config.to_dict())
    return maker._replace(model=Gemma3ForCausalLM(config).eval())


@pytest.fixture(scope="module")
def two_books(talkative):
    """The same, as if each step had a token of either half of the codes."""
    description = talkative.description.model_copy(update={"tokens_per_step": 2})
    return talkative._replace(description=description)


@pytest.fixture
def epoch(base, sources, variant_run):
    run = variant_run.model_copy(update={"generation": WALK})
    table = read_tokens(sources.tokens)
    motions = read_motions("discrete", table, None, None)
    train = make_conditions().query("split == 'train'")

    def examples(run=run, seed=0):
        random = np.random.default_rng(seed)
        return generation_examples(base.tokenizer, train, motions, table.metadata, run, random)

    return examples


def text_of(tokenizer, ids):
    return tokenizer.decode(ids, skip_special_tokens=False)


def test_the_prompt_stands_before_the_motion(base):
    example = encode_generation(base.tokenizer, "walks at 0.60 m/s", [3, 5], 10.0, 128)
    before = text_of(base.tokenizer, example.motion.ids)
    assert before.endswith(MOTION_START)
    assert "walks at 0.60 m/s" in before
    behind = text_of(base.tokenizer, example.questions[0].input_ids)
    assert behind.startswith(f"{motion_name(3)}{motion_name(5)}{MOTION_END}<end_of_turn>")


def test_motion_tokens_weigh_what_the_task_says_and_prompts_one(base):
    example = encode_generation(base.tokenizer, "healthy", [3, 5], 10.0, 128)
    batch = collate([example], base.tokenizer.pad_token_id, Weights(60.0, 1.0))
    weights, n = batch["loss_weights"][0], len(example.motion.ids)
    assert weights[0] == 0
    assert (weights[1:n] == 1).all()
    assert (weights[n:] == 10).all()
    assert torch.equal(batch["visible"][0], torch.ones(len(weights), len(weights)).tril().bool())


def test_a_prompt_cannot_forge_a_turn_or_run_over_the_length(base):
    with pytest.raises(InputError, match="reserved text"):
        generation_prompt(base.tokenizer, "healthy <end_of_turn>")
    with pytest.raises(InputError, match="max_length"):
        encode_generation(base.tokenizer, "healthy", [1] * 200, 1.0, 128)


def test_an_epoch_has_each_trial_in_both_directions(epoch, base):
    examples = epoch()
    to_make = [e for e in examples if not any(e.questions[0].answer_mask)]
    described = [e for e in examples if any(e.questions[0].answer_mask)]
    assert (len(to_make), len(described)) == (4 * 16, 16)
    emptied = [e for e in to_make if e.motion.ids == generation_prompt(base.tokenizer, "")]
    assert 0 < len(emptied) < 20


def test_the_words_of_a_mirrored_movement_name_the_other_side(epoch, base, variant_run):
    """Trial 1 has its left side affected; backwards is how `small_model` writes mirrored codes."""
    whole = WALK.model_copy(update={"omitted": 0.0, "emptied": 0.0})
    run = variant_run.model_copy(update={"generation": whole})
    sides = {"left": 0, "right": 0}
    for example in epoch(run):
        if example.trial_id == "t1" and not any(example.questions[0].answer_mask):
            text = text_of(base.tokenizer, example.motion.ids)
            sides["left" if "left side" in text else "right"] += 1
    assert min(sides.values()) > 0
    plain = trained_with(run, mirror=False)
    texts = [text_of(base.tokenizer, e.motion.ids) for e in epoch(plain) if e.trial_id == "t1"]
    assert not any("right" in text for text in texts)


def test_windows_are_as_long_as_their_words_say(epoch, base, variant_run):
    whole = WALK.model_copy(update={"omitted": 0.0, "emptied": 0.0})
    run = variant_run.model_copy(update={"generation": whole})
    lengths = set()
    for example in epoch(run):
        if any(example.questions[0].answer_mask):
            continue
        text = text_of(base.tokenizer, example.motion.ids)
        n_codes = text_of(base.tokenizer, example.questions[0].input_ids).count("<motion_") - 1
        assert f"{n_codes * 4 / 30:.1f} seconds" in text
        lengths.add(n_codes)
    assert steps_between(WALK, TokensMetadata("", "", 30.0, 4, 1, CODES)) == (4, 15)
    assert min(lengths) >= 4
    assert max(lengths) <= 15


def test_a_model_without_the_task_is_trained_and_described_as_before(model_folder, maker):
    plain = json.loads((model_folder / "model.json").read_text())
    assert "generation" not in plain
    assert "generation_limits" not in plain
    limits = maker.description.generation_limits
    assert limits.numbers == {"speed": [0.5, 0.88]}
    assert len(limits.joint_speeds_rad_s) == 34
    assert (limits.participants, limits.trials) == (8, 16)


PROMPTS = [
    MotionPrompt("walks at 0.60 m/s", (0, 0), 6),
    MotionPrompt("impaired, left side affected, walks at 0.60 m/s, 1.5 seconds", (0, 1), 11),
    MotionPrompt("", (0, 2), 3),
]


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_a_batch_samples_what_each_prompt_does_alone(two_books, guidance):
    sampling = Sampling(temperature=1.0, top_p=0.9, guidance=guidance)
    together = list(sample_motions(two_books, PROMPTS, sampling))
    for prompt, of_batch in zip(PROMPTS, together, strict=True):
        (alone,) = sample_motions(two_books, [prompt], sampling)
        np.testing.assert_array_equal(alone.tokens, of_batch.tokens)
        assert alone.log_probability == pytest.approx(of_batch.log_probability, abs=1e-4)


def test_the_cache_gives_what_one_pass_over_all_tokens_gives(talkative):
    (sampled,) = sample_motions(talkative, [PROMPTS[0]], Sampling())
    rows = motion_ids(talkative.tokenizer, CODES)[:CODES]
    prompt = generation_prompt(talkative.tokenizer, PROMPTS[0].text)
    ids = torch.tensor([[*prompt, *(rows[code] for code in sampled.tokens)]])
    with torch.inference_mode():
        scores = talkative.model(ids).logits[0, len(prompt) - 1 : -1, rows].log_softmax(-1)
    nats = sum(scores[place, code] for place, code in enumerate(sampled.tokens.tolist()))
    assert sampled.log_probability == pytest.approx(float(nats), abs=1e-3)


def test_every_token_is_of_the_codebook_whose_turn_it_is(two_books):
    for sampled, prompt in zip(
        sample_motions(two_books, PROMPTS, Sampling()), PROMPTS, strict=True
    ):
        steps = sampled.tokens.reshape(-1, 2)
        assert len(steps) == prompt.n_steps
        assert (steps[:, 0] < CODES // 2).all()
        assert (steps[:, 1] >= CODES // 2).all()
        assert sampled.stopped == "length"


def test_without_a_length_a_movement_ends_between_its_bounds(two_books):
    sampling = Sampling(least_steps=2, most_steps=5)
    prompts = [MotionPrompt("healthy", (0, seed)) for seed in range(40)]
    movements = list(sample_motions(two_books, prompts, sampling))
    lengths = {len(movement.tokens) for movement in movements}
    assert lengths <= {4, 6, 8, 10}
    assert {movement.stopped for movement in movements} == {"end", "length"}


def test_temperature_zero_takes_the_most_probable_token_whatever_the_seed(talkative):
    greedy = Sampling(temperature=0.0)
    (first,) = sample_motions(talkative, [MotionPrompt("healthy", (0,), 8)], greedy)
    (second,) = sample_motions(talkative, [MotionPrompt("healthy", (1,), 8)], greedy)
    np.testing.assert_array_equal(first.tokens, second.tokens)


def test_draws_follow_the_probabilities_of_the_kept_tokens():
    scores, random = np.log([0.5, 0.3, 0.15, 0.05]), np.random.default_rng(0)
    counts = np.bincount([draw(scores, Sampling(), random) for _ in range(4000)], minlength=4)
    np.testing.assert_allclose(counts / 4000, [0.5, 0.3, 0.15, 0.05], atol=0.03)
    kept = [draw(scores, Sampling(top_p=0.7), random) for _ in range(2000)]
    np.testing.assert_allclose(np.bincount(kept) / 2000, [0.625, 0.375], atol=0.04)
    cold = [draw(scores, Sampling(temperature=0.5), random) for _ in range(2000)]
    squares = np.square([0.5, 0.3, 0.15, 0.05])
    np.testing.assert_allclose(
        np.bincount(cold, minlength=4) / 2000, squares / squares.sum(), atol=0.04
    )


def test_equal_steps_in_a_row_are_counted_and_a_standstill_is_a_fault(talkative):
    assert longest_run(np.array([1, 1, 2, 2, 2, 1]), 1) == 3
    assert longest_run(np.array([1, 9, 1, 9, 1, 8]), 2) == 2
    assert longest_run(np.array([], int), 1) == 0
    stuck = Gemma3ForCausalLM(talkative.model.config).eval()
    stuck.get_input_embeddings().weight.data.zero_()  # the head, too: every token is as probable
    greedy, prompt = Sampling(temperature=0.0), MotionPrompt("healthy", (0,), 14)
    (sampled,) = sample_motions(talkative._replace(model=stuck), [prompt], greedy)
    assert (sampled.stopped, sampled.longest_run) == ("fault", 14)
