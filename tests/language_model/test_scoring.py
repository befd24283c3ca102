"""Scoring and generation: one pass over the tree of a trial equals plain passes one by one."""

import numpy as np
import pytest
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, set_seed

from biomechgpt.language_model import scoring
from biomechgpt.language_model.examples import EncodedMotion, answer_end, answer_ids, encode_prompts
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.prediction import predict

QUESTIONS = ["Which of none, cane or walker is used?", "How fast in m/s?"]
OPTIONS = ["none", "cane", "walker", "parallel bars", "no"]
NUMBERS = [f"{whole}.{part}" for whole in range(3) for part in range(10, 30)]


@pytest.fixture(scope="module")
def loaded(model_folder):
    return load_model(model_folder)


@pytest.fixture(scope="module")
def talkative(loaded):
    """A random model: its texts differ and end at different lengths."""
    set_seed(0)
    config = Gemma3TextConfig(**loaded.model.get_base_model().config.to_dict())
    model = Gemma3ForCausalLM(config).eval()
    return loaded._replace(model=model)


@pytest.fixture
def stop_id(loaded):
    return answer_end(loaded.tokenizer).stop_id


@pytest.fixture
def trials(loaded, motions):
    """Three trials of different length; the window of the sliding layers is shorter than the last."""
    motion_tokens = [motions[0], motions[7], np.tile(motions[20], 4)]
    assert loaded.model.config.sliding_window < len(motion_tokens[2])
    return [
        encode_prompts(loaded.tokenizer, MotionInput(m), QUESTIONS, 256, 8) for m in motion_tokens
    ]


def ids_of(loaded, answers):
    return [list(answer_ids(loaded.tokenizer, answer)) for answer in answers]


def tree_of(loaded, trial, options=OPTIONS):
    candidates = [ids_of(loaded, options), ids_of(loaded, NUMBERS)]
    return scoring.trial_tree(trial.motion, trial.questions, candidates)


@torch.inference_mode()
def scored(loaded, rows, stop_id, longest_text=9):
    return scoring.score(loaded.model, rows, loaded.tokenizer.pad_token_id, stop_id, longest_text)


@torch.inference_mode()
def plain_log_probability(loaded, prompt, answer):
    """A forward pass of transformers over prompt and answer, without tree, cache or padding."""
    log_probabilities = (
        loaded.model(input_ids=torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
    )
    places = range(len(prompt) - 1, len(prompt) + len(answer) - 1)
    return sum(log_probabilities[p, t].item() for p, t in zip(places, answer, strict=True))


@torch.inference_mode()
def plain_greedy(loaded, prompt, longest):
    ids = list(prompt)
    while len(ids) < len(prompt) + longest:
        ids.append(loaded.model(input_ids=torch.tensor([ids])).logits[0, -1].argmax().item())
    return ids[len(prompt) :]


def test_a_score_is_the_log_probability_of_the_whole_answer(loaded, trials, stop_id):
    scores = scored(loaded, [tree_of(loaded, trial) for trial in trials], stop_id)
    for trial, of_trial in zip(trials, scores, strict=True):
        for question, answers, of_one in zip(
            trial.questions, (OPTIONS, NUMBERS), of_trial, strict=True
        ):
            for number in range(0, len(answers), 4):
                answer = ids_of(loaded, answers)[number]
                expected = plain_log_probability(loaded, trial.motion.ids + question, answer)
                assert of_one.log_probabilities[number] == pytest.approx(expected, abs=2e-4)


def test_scores_do_not_depend_on_the_order_of_options(loaded, trials, stop_id):
    order = [3, 0, 4, 2, 1]
    (plain, _), (shuffled, _) = (
        scored(loaded, [tree_of(loaded, trials[1], options)], stop_id)[0]
        for options in (OPTIONS, [OPTIONS[i] for i in order])
    )
    expected = [plain.log_probabilities[i] for i in order]
    assert shuffled.log_probabilities == pytest.approx(expected, abs=1e-4)


def test_few_logits_at_once_change_nothing(loaded, trials, stop_id, monkeypatch):
    rows = [tree_of(loaded, trial) for trial in trials]
    whole = scored(loaded, rows, stop_id)
    monkeypatch.setattr(scoring, "targets_at_once", lambda model: 3)
    for of_trial, in_parts in zip(whole, scored(loaded, rows, stop_id), strict=True):
        for at_once, in_small_steps in zip(of_trial, in_parts, strict=True):
            assert at_once.text == in_small_steps.text
            assert at_once.log_probabilities == pytest.approx(
                in_small_steps.log_probabilities, abs=1e-5
            )


@pytest.mark.parametrize("held", [0, 1, 3, 9])
def test_the_text_is_the_argmax_of_plain_passes_however_much_the_row_holds(talkative, trials, held):
    """A row that holds nothing of a text, its beginning, or all of it; rows and texts side by side."""
    prompts = [[t.motion.ids + question for question in t.questions] for t in trials]
    free = [[plain_greedy(talkative, prompt, 9) for prompt in row] for row in prompts]
    stop_id = free[0][0][2]
    greedy = [[_until(text, stop_id) for text in row] for row in free]
    assert len({len(text) for row in greedy for text in row}) > 1
    rows = [
        scoring.trial_tree(
            trial.motion, trial.questions, [[[*text[:held], stop_id]] for text in texts]
        )
        for trial, texts in zip(trials, greedy, strict=True)
    ]
    assert [
        [score.text for score in of_row] for of_row in scored(talkative, rows, stop_id)
    ] == greedy


def _until(ids, stop_id):
    return ids[: ids.index(stop_id)] if stop_id in ids else ids


def test_what_begins_alike_is_read_once():
    row = scoring.trial_tree(
        EncodedMotion([0, 1], 0, None), [[2]], [[[5, 6, 9], [5, 7, 9], [5, 6, 8, 9], [7]]]
    )
    assert sorted(row.input_ids) == [0, 1, 2, 5, 6, 7, 8]
    assert row.candidates[0][3] == [(2, 7)]
    assert row.candidates[0][0][:2] == row.candidates[0][2][:2]


def test_answers_are_the_same_whatever_else_is_asked(loaded, questions, motions):
    tokens = {f"t{number}": MotionInput(motion) for number, motion in enumerate(motions)}
    held_out = questions[questions["split"] == "test"]
    together = predict(loaded, held_out, tokens)
    assert len(together) == len(held_out)
    for row in together:
        same = held_out[
            (held_out["trial_id"] == row["trial_id"]) & (held_out["task"] == row["task"])
        ]
        (alone,) = predict(loaded, same, tokens)
        assert alone["answer"] == row["answer"]
        assert alone["probabilities"] == pytest.approx(row["probabilities"], abs=1e-4)
        if row["kind"] == "regression":
            assert alone["number_mean"] == pytest.approx(row["number_mean"], abs=1e-3)


def test_no_questions_have_no_answers(loaded, questions):
    assert predict(loaded, questions.head(0), {}) == []
