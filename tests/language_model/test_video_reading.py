"""A video becomes soft tokens behind those of the body, and each row reads its own."""

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import set_seed

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters
from biomechgpt.language_model.batches import VideoBatch, Weights, collate
from biomechgpt.language_model.examples import encode_example
from biomechgpt.language_model.forward import hidden_states
from biomechgpt.language_model.loading import load_base
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_input import MotionInput, VideoInput
from biomechgpt.language_model.motion_reading import read_motions, with_videos
from biomechgpt.language_model.showings import shown
from biomechgpt.language_model.soft_tokens import SHARE_OF_TEXT
from biomechgpt.language_model.training_examples import training_passes
from biomechgpt.settings.finetune_section import LoraSettings
from biomechgpt.settings.video_section import VideoSettings
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.planted_videos import WIDTH, clip
from tests.helpers.small_model import CODES, RUN, trained_with

QUERIES = 3
SETTINGS = VideoSettings(queries=QUERIES, components=WIDTH)
EXCHANGE = [("Is the walking impaired, yes or no?", "yes")]


def video(n_steps, seed=0):
    made = clip(n_steps, seed)
    return VideoInput(made.values, made.times_s, QUERIES)


@pytest.fixture
def model(base):
    set_seed(0)
    model = adapters.add_adapters(base, LoraSettings(rank=4, alpha=8, dropout=0.0), 0)
    adapters.add_video_reader(model, base, (QUERIES, WIDTH))
    return model.eval()


def rows(base, motions, *videos):
    return [
        encode_example(base.tokenizer, MotionInput(motions[i], video=shown), EXCHANGE, 128)
        for i, shown in enumerate(videos)
    ]


def test_soft_tokens_of_the_video_stand_behind_those_of_the_body_and_are_no_targets(base, motions):
    features = np.ones((2, 5), np.float32)
    motion = MotionInput(motions[0], features=features, video=video(9))
    example = encode_example(base.tokenizer, motion, EXCHANGE, 128)
    names = base.tokenizer.convert_ids_to_tokens(example.motion.ids)
    assert names[-2 - QUERIES - 2 :] == [
        f"<motion_{motions[0][-1]}>",
        *["<pad>"] * 5,
        "<motion_end>",
    ]
    batch = collate([example], 0, Weights())
    body, of_video = batch["soft_starts"].item(), batch["video_starts"].item()
    assert of_video == body + 2
    assert (batch["loss_weights"][0, body : of_video + QUERIES] == 0).all()
    assert batch["loss_weights"][0, of_video + QUERIES] > 0


@torch.no_grad()
def test_a_row_reads_its_own_video_whatever_else_is_in_the_batch(model, base, motions):
    examples = rows(base, motions, video(5), video(17, 1), video(9, 2).withheld())
    together = hidden_states(model, collate(examples, 0, Weights()))
    for place, example in enumerate(examples):
        alone = hidden_states(model, collate([example], 0, Weights()))[0]
        assert torch.allclose(together[place, : len(alone)], alone, atol=1e-5)
    other = rows(base, motions, video(5, 9))[0]
    changed = hidden_states(model, collate([other, *examples[1:]], 0, Weights()))
    assert (changed[0] - together[0]).abs().max() > 1e-3
    assert torch.allclose(changed[1:], together[1:], atol=1e-5)


@torch.no_grad()
def test_the_order_of_steps_is_seen_and_a_withheld_video_is_always_the_same(model, base, motions):
    def last(shown):
        (example,) = rows(base, motions, shown)
        return hidden_states(model, collate([example], 0, Weights()))[0, -1]

    forwards, backwards = video(12), video(12)
    backwards = backwards._replace(values=backwards.values[::-1].copy())
    assert (last(forwards) - last(backwards)).abs().max() > 1e-4
    assert torch.equal(last(video(12).withheld()), last(video(7, 3).withheld()))


def test_soft_tokens_of_a_video_start_with_the_length_of_those_of_the_body(model, base, motions):
    text = base.model.get_input_embeddings()(torch.arange(300, 400)).square().mean().sqrt()
    batch = collate(rows(base, motions, video(9)), 0, Weights())
    tokens = model.video_reader(
        VideoBatch(*(batch[f"video_{part}"] for part in VideoBatch._fields))
    )
    assert tokens.shape == (1, QUERIES, 64)
    assert 0.5 < tokens.square().mean().sqrt() / (SHARE_OF_TEXT * text) < 2


def test_training_withholds_either_modality_and_never_mirrors_what_has_a_video(sources):
    table = read_tokens(sources.tokens)
    views = read_motions("discrete", table, None, None)
    clips = {f"t{i}": clip(9, i) for i in range(23)}  # t23 has none
    motions = with_videos(views, clips, WIDTH, SETTINGS)
    run = trained_with(RUN, mirror=True, epochs=40, motion_noise=0.0, most_copies=1, rephrase=False)
    run = run.model_copy(update={"video": SETTINGS})
    questions = pd.read_parquet(sources.questions).query("task == 'impaired'")
    tokenizer = load_base(sources.base, CODES).tokenizer
    passes = training_passes(tokenizer, questions, [], motions, CODES, run)
    examples = [e for epoch in passes for e in epoch if e.trial_id == "t5"]
    lengths = {len(e.motion.ids) for e in examples}
    head_and_end = min(lengths)
    kinds = [(len(e.motion.ids) > head_and_end, len(e.motion.video.values) > 0) for e in examples]
    assert set(kinds) == {(True, True), (True, False), (False, True)}
    assert 0.15 < np.mean([not body for body, _ in kinds]) < 0.45
    recorded = next(e for e, kind in zip(examples, kinds, strict=True) if kind == (True, True))
    with_both = [e for e, kind in zip(examples, kinds, strict=True) if kind == (True, True)]
    assert all(e.motion.ids == recorded.motion.ids for e in with_both)
    body_alone = {
        tuple(e.motion.ids) for e, kind in zip(examples, kinds, strict=True) if not kind[1]
    }
    assert len(body_alone) == 2  # as recorded, and mirrored
    without = [e for epoch in passes for e in epoch if e.trial_id == "t23"]
    assert all(len(e.motion.video.values) == 0 for e in without)


def test_swapped_modalities_come_from_somebody_else_of_the_same_split():
    motions = {f"t{i}": MotionInput([i], video=video(4 + i)) for i in range(6)}
    motions["t6"] = MotionInput([6], video=video(4).withheld())
    trials = pd.DataFrame({"trial_id": [f"t{i}" for i in range(7)]})
    trials["participant_id"] = ["A", "A", "B", "C", "D", "D", "E"]
    trials["split"] = ["test"] * 3 + ["validation"] * 4
    swapped = shown(motions, "video-swapped", trials)
    assert sorted(swapped) == [f"t{i}" for i in range(6)]  # t6 has no video
    lenders = {name: len(motion.video.values) - 4 for name, motion in swapped.items()}
    assert [lenders["t0"], lenders["t1"]] == [2, 2]
    assert lenders["t2"] in (0, 1)
    assert lenders["t3"] in (4, 5)
    assert {name: motion.codes[0] for name, motion in swapped.items()} == {
        f"t{i}": i for i in range(6)
    }
    bodies = shown(motions, "body-swapped", trials)
    assert {n: len(m.video.values) - 4 for n, m in bodies.items()} == {f"t{i}": i for i in range(6)}
    assert {n: m.codes[0] for n, m in bodies.items()} == lenders
    assert all(not m.codes for m in shown(motions, "video-alone", trials).values())
    assert all(not m.shows_video for m in shown(motions, "body-alone", trials).values())


def test_a_model_without_video_refuses_one(model_folder):
    loaded = load_model(model_folder)
    with pytest.raises(InputError, match="this model reads none"):
        loaded.motion(np.array([1, 2]), np.zeros((60, 34), np.float32), clip(9))
