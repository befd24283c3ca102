"""Scoring and generation: probabilities over options, batches equal to single questions."""

import numpy as np
import pytest
import torch

from biomechgpt.language_model import scoring
from biomechgpt.language_model.examples import answer_ids, encode_prompt
from biomechgpt.language_model.model_folder import load_model

QUESTION = "Which of none, cane or walker is used?"
OPTIONS = ["none", "cane", "walker", "parallel bars", "no"]


@pytest.fixture(scope="module")
def loaded(model_folder):
    return load_model(model_folder)


@pytest.fixture
def prompts(loaded, motions):
    chosen = [motions[i] for i in (0, 7, 20)]
    return [encode_prompt(loaded.tokenizer, m, QUESTION, 128, 8).input_ids for m in chosen]


@torch.inference_mode()
def scores_of(loaded, prompts, options):
    candidates = [answer_ids(loaded.tokenizer, option) for option in options]
    prefilled = scoring.prefill(loaded.model, prompts, loaded.tokenizer.pad_token_id)
    return scoring.score_options(loaded.model, prefilled, candidates, loaded.tokenizer.pad_token_id)


def test_a_score_is_the_log_probability_of_the_whole_answer(loaded, prompts):
    """Against a plain forward pass over prompt and answer, without cache, padding or sharing."""
    found = scores_of(loaded, prompts, OPTIONS)
    for row, prompt in enumerate(prompts):
        for column, option in enumerate(OPTIONS):
            answer = answer_ids(loaded.tokenizer, option)
            ids = torch.tensor([prompt + answer])
            with torch.no_grad():
                nats = loaded.model(input_ids=ids).logits[0].log_softmax(-1)
            places = range(len(prompt) - 1, len(prompt) + len(answer) - 1)
            expected = sum(nats[p, t].item() for p, t in zip(places, answer, strict=True))
            assert found[row, column].item() == pytest.approx(expected, abs=2e-4)


def test_scores_do_not_depend_on_the_order_of_options(loaded, prompts):
    order = [3, 0, 4, 2, 1]
    plain = scores_of(loaded, prompts, OPTIONS)
    shuffled = scores_of(loaded, prompts, [OPTIONS[i] for i in order])
    assert torch.allclose(plain[:, order], shuffled, atol=1e-4)


def test_a_batch_scores_and_writes_like_single_questions(loaded, prompts):
    pad_id = loaded.tokenizer.pad_token_id
    together = scores_of(loaded, prompts, OPTIONS)
    with torch.inference_mode():
        prefilled = scoring.prefill(loaded.model, prompts, pad_id)
        written = scoring.generate(loaded.model, prefilled, -1, 6)
    for row, prompt in enumerate(prompts):
        assert torch.allclose(scores_of(loaded, [prompt], OPTIONS)[0], together[row], atol=1e-4)
        with torch.inference_mode():
            alone = scoring.prefill(loaded.model, [prompt], pad_id)
            assert scoring.generate(loaded.model, alone, -1, 6)[0] == written[row]


def test_greedy_text_is_the_argmax_of_plain_passes(loaded, prompts):
    with torch.inference_mode():
        prefilled = scoring.prefill(loaded.model, prompts, loaded.tokenizer.pad_token_id)
        written = scoring.generate(loaded.model, prefilled, -1, 5)
    ids = list(prompts[1])
    for token in written[1]:
        with torch.no_grad():
            logits = loaded.model(input_ids=torch.tensor([ids])).logits[0, -1]
        assert logits.argmax().item() == token
        ids.append(token)


def test_generation_ends_at_the_stop_token(loaded, prompts):
    with torch.inference_mode():
        prefilled = scoring.prefill(loaded.model, prompts, loaded.tokenizer.pad_token_id)
        free = scoring.generate(loaded.model, prefilled, -1, 6)
        stop = free[0][2]
        prefilled = scoring.prefill(loaded.model, prompts, loaded.tokenizer.pad_token_id)
        stopped = scoring.generate(loaded.model, prefilled, stop, 6)
    assert stopped[0] == free[0][: free[0].index(stop)]


def test_scoring_leaves_the_prompt_as_it_was(loaded, prompts):
    pad_id = loaded.tokenizer.pad_token_id
    candidates = [answer_ids(loaded.tokenizer, option) for option in OPTIONS]
    with torch.inference_mode():
        untouched = scoring.prefill(loaded.model, prompts, pad_id)
        expected = scoring.generate(loaded.model, untouched, -1, 5)
        used = scoring.prefill(loaded.model, prompts, pad_id)
        scoring.score_options(loaded.model, used, candidates, pad_id)
        assert scoring.generate(loaded.model, used, -1, 5) == expected


def test_beginnings_are_shared():
    options = [(1, 2, 9), (1, 3, 9), (1, 2, 4, 9), (7,)]
    assert scoring.longest_beginnings(options) == [(1, 2, 4), (1, 3)]


def test_single_token_options_need_no_pass(loaded, prompts):
    with torch.inference_mode():
        prefilled = scoring.prefill(loaded.model, prompts, 0)
        found = scoring.score_options(loaded.model, prefilled, [[20], [21]], 0)
    assert np.allclose(found, prefilled.next_log_probabilities[:, [20, 21]])


def test_many_options_are_scored_in_parts(loaded, prompts):
    options = [f"{whole}.{part}" for whole in range(3) for part in range(10, 30)]
    together = scores_of(loaded, prompts, options)
    for column in (0, 17, 59):
        alone = scores_of(loaded, prompts, [options[column]])
        assert torch.allclose(alone[:, 0], together[:, column], atol=1e-4)
