"""Training: resume is exact, how a batch is divided changes nothing, bad numbers stop it."""

import json
import os
import re
import signal

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from transformers import get_cosine_schedule_with_warmup, set_seed

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters, language_training, loading
from biomechgpt.language_model.examples import EncodedMotion, Example, Question, encode_example
from biomechgpt.language_model.language_training import LanguageModelTraining
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.steps import plan_steps, rate_share
from biomechgpt.language_model.training_metrics import METRICS_FILE, TENSORBOARD_FOLDER
from biomechgpt.settings.finetune_section import LoraSettings

LORA = LoraSettings(rank=4, alpha=8, dropout=0.1)
SETTINGS = language_training.Settings(
    1e-2, 3, 4, 0, answer_weight=2.0, checkpoint_every_steps=4, log_every_steps=2
)


@pytest.fixture
def examples(base, motions):
    return [
        encode_example(
            base.tokenizer, MotionInput(motion), [("How fast in m/s?", f"0.{i:02d}")], 128
        )
        for i, motion in enumerate(motions[:12])
    ]


def fresh(base_folder):
    base = loading.load_base(base_folder, 16)
    set_seed(0)
    return adapters.add_adapters(base, LORA, 0)


def weights(model):
    return {name: p.detach().clone() for name, p in adapters.trainable(model).items()}


def metrics(folder):
    return [json.loads(line) for line in (folder / METRICS_FILE).read_text().splitlines()]


def at_step(monkeypatch, step, event):
    """Call `event` at the beginning of this step, counted from 1, of every training."""
    learn = LanguageModelTraining.backward

    def backward(training):
        if training.step + 1 == step:
            event()
        return learn(training)

    monkeypatch.setattr(LanguageModelTraining, "backward", backward)


def power_cut():
    raise KeyboardInterrupt


def test_resumed_training_equals_uninterrupted_bit_by_bit(
    base_folder, base, examples, tmp_path, monkeypatch
):
    pad_id = base.tokenizer.pad_token_id
    whole = fresh(base_folder)
    language_training.train(whole, [examples] * 3, pad_id, SETTINGS, tmp_path / "whole", "m")

    stopped = fresh(base_folder)
    at_step(monkeypatch, 7, power_cut)
    with pytest.raises(KeyboardInterrupt):
        language_training.train(stopped, [examples] * 3, pad_id, SETTINGS, tmp_path / "cut", "m")
    monkeypatch.undo()
    assert (tmp_path / "cut" / "checkpoint-4" / "SHA256SUMS").exists()
    (tmp_path / "cut" / "checkpoint-6").mkdir()  # a checkpoint that was being written
    with open(tmp_path / "cut" / "training.jsonl", "a") as file:
        file.write('{"step": 5, "lo')  # and a line
    resumed = fresh(base_folder)
    language_training.train(resumed, [examples] * 3, pad_id, SETTINGS, tmp_path / "cut", "m")

    expected, continued = weights(whole), weights(resumed)
    assert all(torch.equal(expected[name], continued[name]) for name in expected)
    losses_of = [[line["loss"] for line in metrics(tmp_path / name)] for name in ("whole", "cut")]
    assert losses_of[0] == losses_of[1]


def test_sigterm_ends_with_a_checkpoint_that_goes_on_bit_by_bit(
    base_folder, base, examples, tmp_path, monkeypatch
):
    pad_id, before = base.tokenizer.pad_token_id, signal.getsignal(signal.SIGTERM)
    whole = fresh(base_folder)
    language_training.train(whole, [examples] * 3, pad_id, SETTINGS, tmp_path / "whole", "m")
    at_step(monkeypatch, 6, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(SystemExit, match="after step 6 of 9; its checkpoint is written"):
        language_training.train(
            fresh(base_folder), [examples] * 3, pad_id, SETTINGS, tmp_path / "cut", "m"
        )
    assert signal.getsignal(signal.SIGTERM) == before
    monkeypatch.undo()
    assert (tmp_path / "cut" / "checkpoint-6" / "SHA256SUMS").exists()
    resumed = fresh(base_folder)
    language_training.train(resumed, [examples] * 3, pad_id, SETTINGS, tmp_path / "cut", "m")
    expected, continued = weights(whole), weights(resumed)
    assert all(torch.equal(expected[name], continued[name]) for name in expected)


def test_tensorboard_shows_what_the_file_of_metrics_says(base_folder, base, examples, tmp_path):
    language_training.train(
        fresh(base_folder), [examples] * 3, base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
    )
    events = EventAccumulator(str(tmp_path / TENSORBOARD_FOLDER)).Reload()
    shown = [(event.step, event.value) for event in events.Scalars("answer_loss")]
    said = [(line["step"], line["answer_loss"]) for line in metrics(tmp_path)]
    assert [step for step, _ in shown] == [step for step, _ in said]
    assert [v for _, v in shown] == pytest.approx([v for _, v in said], rel=1e-5)


def test_time_and_memory_are_estimated_before_the_first_step(
    base_folder, base, examples, tmp_path, caplog
):
    caplog.set_level("INFO")
    language_training.train(
        fresh(base_folder), [examples] * 3, base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
    )
    lines = [record.getMessage() for record in caplog.records]
    estimate = next(i for i, line in enumerate(lines) if "min without interruptions" in line)
    first = next(i for i, line in enumerate(lines) if line.startswith("step "))
    assert estimate < first
    said = re.match(
        r"9 steps of \d+ tokens on average, \d+ at most: about .* ([\d.]+) GB", lines[estimate]
    )
    assert 0.2 < float(said.group(1)) < 20


def test_a_step_too_large_for_the_gpu_says_what_to_lower(
    base_folder, base, examples, tmp_path, monkeypatch
):
    def too_much(*args):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(language_training, "hidden_states", too_much)
    with pytest.raises(InputError, match="lower micro_batch_size"):
        language_training.train(
            fresh(base_folder), [examples], base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
        )


def test_another_fingerprint_starts_anew(base_folder, base, examples, tmp_path):
    settings = SETTINGS._replace(epochs=1, checkpoint_every_steps=2)
    for mark in ("one", "two"):
        model = fresh(base_folder)
        language_training.train(
            model, [examples] * 3, base.tokenizer.pad_token_id, settings, tmp_path, mark
        )
        assert metrics(tmp_path)[0]["step"] == 2
    assert (tmp_path / "fingerprint").read_text() == "two"


def test_micro_batches_equal_one_batch(base_folder, base, examples, tmp_path):
    trained = []
    for size in (None, 2):
        loaded = loading.load_base(base_folder, 16)
        set_seed(0)
        model = adapters.add_adapters(loaded, LORA.model_copy(update={"dropout": 0.0}), 0)
        settings = language_training.Settings(
            1e-2, 1, 8, 0, micro_batch_size=size, log_every_steps=1
        )
        language_training.train(
            model, [examples[:8]], base.tokenizer.pad_token_id, settings, tmp_path / str(size), "m"
        )
        trained += metrics(tmp_path / str(size))[:1]
    assert trained[0]["loss"] == pytest.approx(trained[1]["loss"], rel=1e-4)
    assert trained[0]["grad_norm"] == pytest.approx(trained[1]["grad_norm"], rel=1e-3)


def test_packed_weights_stop_training(base_folder, base, examples, tmp_path):
    model = fresh(base_folder)
    layer = model.base_model.model.model.layers[0].mlp.up_proj.base_layer
    layer.weight.quant_state.packing_format_for_cpu = True
    with pytest.raises(RuntimeError, match="packed for inference"):
        language_training.train(
            model, [examples] * 3, base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
        )


def test_a_loss_that_is_not_finite_stops_with_its_step(base_folder, base, examples, tmp_path):
    model = fresh(base_folder)
    next(iter(adapters.trainable(model).values())).data[0] = float("nan")
    named = [example._replace(trial_id=f"walk-{i}") for i, example in enumerate(examples)]
    with pytest.raises(FloatingPointError, match=r"step 1, on the trials walk-\d+, walk-"):
        language_training.train(
            model, [named] * 3, base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
        )


def test_a_gradient_that_is_not_finite_stops_with_its_step(base_folder, base, examples, tmp_path):
    model = fresh(base_folder)
    parameter = next(iter(adapters.trainable(model).values()))
    parameter.register_hook(lambda grad: grad * float("inf"))
    named = [example._replace(trial_id=f"walk-{i}") for i, example in enumerate(examples)]
    with pytest.raises(FloatingPointError, match=r"gradient is not finite at step 1, .* walk-\d"):
        language_training.train(
            model, [named] * 3, base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
        )


def imagined(lengths, n_questions):
    """Examples of these lengths, told apart by `motion.n_cut`."""
    return [
        Example(EncodedMotion([0] * int(n - q), i, None), [Question([0], [1])] * int(q))
        for i, (n, q) in enumerate(zip(lengths, n_questions, strict=True))
    ]


def numbers_of(steps):
    return [example.motion.n_cut for step in steps for example in step]


def test_every_pass_asks_every_question_once():
    random = np.random.default_rng(0)
    examples = imagined(random.integers(10, 90, 100), random.integers(1, 8, 100))
    steps = plan_steps([examples] * 3, 2.5, 16, 3)
    counts = np.bincount(numbers_of(steps), minlength=100)
    assert counts.sum() == 250
    assert set(counts) == {2, 3}


def test_a_step_holds_about_the_batch_size_of_questions():
    random = np.random.default_rng(0)
    examples = imagined(random.integers(10, 90, 300), random.integers(1, 10, 300))
    sizes = [sum(len(e.questions) for e in step) for step in plan_steps([examples], 1, 16, 3)]
    assert np.mean(sizes) == pytest.approx(16, abs=1)
    assert sorted(sizes)[-2] <= 20


def test_every_pass_takes_its_own_examples():
    first, second = imagined([10] * 8, [1] * 8), imagined([20] * 8, [1] * 8)
    steps = plan_steps([first, second], 2, 4, 0)
    assert {example.length() for step in steps[:2] for example in step} <= {10, 20}
    assert sorted(example.length() for step in steps for example in step) == [10] * 8 + [20] * 8


def test_order_follows_the_seed_and_groups_lengths():
    lengths = np.random.default_rng(0).integers(10, 400, 512)
    examples = imagined(lengths, [1] * 512)
    steps = plan_steps([examples], 1, 16, 3)
    assert numbers_of(steps) == numbers_of(plan_steps([examples], 1, 16, 3))
    assert numbers_of(steps) != numbers_of(plan_steps([examples], 1, 16, 4))
    padded = sum(len(step) * max(example.length() for example in step) for step in steps)
    assert padded < 1.15 * lengths.sum()


def test_metrics_separate_answers_from_the_rest(base_folder, base, examples, tmp_path):
    model = fresh(base_folder)
    language_training.train(
        model, [examples] * 3, base.tokenizer.pad_token_id, SETTINGS, tmp_path, "m"
    )
    lines = metrics(tmp_path)
    assert [line["step"] for line in lines] == [2, 4, 6, 8, 9]
    assert all(0 < line["answer_loss"] < 20 for line in lines)
    assert all(0 < line["other_loss"] < 20 for line in lines)


def test_the_last_step_is_in_the_metrics_however_few_there_were(
    base_folder, base, examples, tmp_path
):
    """Its line has the mean loss of the steps since the line before, here of all."""
    pad_id, written = base.tokenizer.pad_token_id, []
    for every in (1, 20):
        settings = SETTINGS._replace(epochs=1, log_every_steps=every)
        folder = tmp_path / str(every)
        language_training.train(fresh(base_folder), [examples], pad_id, settings, folder, "m")
        written.append(metrics(folder))
    assert [line["step"] for line in written[1]] == [3]
    mean = sum(line["loss"] for line in written[0]) / 3
    assert written[1][0]["loss"] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("n_steps", [9, 200])
def test_the_rate_is_that_of_the_cosine_schedule_of_transformers(n_steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = get_cosine_schedule_with_warmup(optimizer, round(0.03 * n_steps), n_steps)
    for step in range(n_steps):
        assert rate_share(step, n_steps, 0.03) == schedule.get_last_lr()[0]
        optimizer.step()
        schedule.step()
