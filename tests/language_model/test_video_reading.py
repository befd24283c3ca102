"""A video becomes soft tokens behind those of the body, and signals planted in either are told apart.

The videos and their signals are simulated.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import yaml
from sklearn.metrics import f1_score
from transformers import set_seed

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters
from biomechgpt.language_model.batches import VideoBatch, Weights, collate
from biomechgpt.language_model.description import read_description
from biomechgpt.language_model.examples import encode_example
from biomechgpt.language_model.finetuning import Sources, finetune
from biomechgpt.language_model.forward import hidden_states
from biomechgpt.language_model.loading import load_base
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_input import MotionInput, VideoInput
from biomechgpt.language_model.motion_reading import read_motions, with_videos
from biomechgpt.language_model.prediction import predict_file
from biomechgpt.language_model.showings import shown
from biomechgpt.language_model.soft_tokens import SHARE_OF_TEXT
from biomechgpt.language_model.training_examples import training_passes
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.settings.finetune_section import LoraSettings
from biomechgpt.settings.video_section import SHOWINGS, VideoSettings
from biomechgpt.tokenizer.tokens import read_tokens
from biomechgpt.video.clip_storage import Clip, write_clips
from biomechgpt.video.scale_stage import fit_scaling
from biomechgpt.video.scaled_videos import CLIPS, StoredVideos, load_videos, save_videos
from tests.helpers.small_model import CODES, RUN, trained_with

QUERIES, WIDTH = 3, 8
SETTINGS = VideoSettings(queries=QUERIES, components=WIDTH)
SOURCE = FeatureSource(
    encoder="simulated", revision="1", pooling="none", fps=30, stride_frames=4, width=WIDTH
)
EXCHANGE = [("Is the walking impaired, yes or no?", "yes")]


def clip(n_steps, seed=0, shift=0.0):
    values = np.random.default_rng(seed).standard_normal((n_steps, WIDTH)).astype(np.float32)
    values[n_steps // 3 : 2 * n_steps // 3, ::2] += shift
    return Clip(values, np.arange(n_steps, dtype=np.float32) * 4 / 30, SOURCE)


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


# The planted signals.
N_TRIALS, N_TRAINING = 220, 180
QUESTIONS = {"lit": "Lit?", "up": "Up?", "differ": "Differ?"}
PLANTED_TASKS = {
    name: RUN.tasks["impaired"].model_copy(update={"label": name}) for name in QUESTIONS
}


def write_planted(folder, sources, shuffled=False):
    """Trials whose codes tell `up`, whose videos tell `lit`, and together `differ`."""
    folder.mkdir()
    random = np.random.default_rng(0)
    lit, up = (random.integers(0, 2, N_TRIALS) for _ in range(2))
    seen = random.permutation(lit) if shuffled else lit
    codes = [
        random.integers(0, CODES // 2, 5 + i % 3) + CODES // 2 * up[i] for i in range(N_TRIALS)
    ]
    names = [f"t{i}" for i in range(N_TRIALS)]
    own = pq.read_table(sources.tokens[0]).schema.metadata
    lists = pa.array([c.astype(np.uint16).tolist() for c in codes], pa.list_(pa.uint16()))
    columns = {
        "trial_id": names, "participant_id": names, "n_frames": [4 * len(c) for c in codes],
        "frame_rate_hz": [30.0] * N_TRIALS, "tokens": lists, "mirrored_tokens": lists,
    }  # fmt: skip
    pq.write_table(pa.table(columns).replace_schema_metadata(own), folder / "tokens.parquet")
    truths = {"lit": lit, "up": up, "differ": lit ^ up}
    table = [
        {
            "trial_id": names[i], "participant_id": names[i], "task": name, "kind": "classification",
            "split": "train" if i < N_TRAINING else "test", "phrasing_id": f"{name}-1",
            "phrasing_held_out": i >= N_TRAINING, "question": QUESTIONS[name],
            "answer": ["no", "yes"][truths[name][i]], "truth": ["no", "yes"][truths[name][i]],
            "options": ["yes", "no"], "truth_number": float("nan"),
        }
        for i in range(N_TRIALS)
        for name in QUESTIONS
    ]  # fmt: skip
    pd.DataFrame(table).to_parquet(folder / "questions.parquet")
    phrasings = {name: folder / f"{name}.yaml" for name in QUESTIONS}
    for name, path in phrasings.items():
        train, held_out = {f"{name}-1": QUESTIONS[name]}, {f"{name}-2": f"So: {QUESTIONS[name]}"}
        path.write_text(yaml.safe_dump({"train": train, "held_out": held_out}))
    clips = {names[i]: clip(8 + i % 4, i, 3.0 * (2 * seen[i] - 1)) for i in range(N_TRIALS)}
    stored = StoredVideos(fit_scaling([clips[n] for n in names[:N_TRAINING]], WIDTH), SOURCE)
    save_videos(folder / "videos", stored)
    write_clips(folder / "videos" / CLIPS, {n: stored.scaled(c, n) for n, c in clips.items()})
    return Sources(
        [folder / "tokens.parquet"], folder / "questions.parquet", phrasings, sources.base,
        sources.motion_tokenizer, videos=folder / "videos",
    )  # fmt: skip


def planted_run(epochs):
    run = RUN.model_copy(
        update={
            "tasks": PLANTED_TASKS,
            "video": VideoSettings(queries=4, components=WIDTH, modality_dropout=0.25),
            "lora": LoraSettings(rank=16, alpha=16, dropout=0.0),
        }
    )
    return trained_with(
        run, epochs=epochs, learning_rate=4e-3, projector_learning_rate=2e-3, answer_weight=20.0,
        motion_weight=0.1, motion_noise=0.0, feature_noise=0.1, batch_size=24, micro_batch_size=24,
        mirror=False, rephrase=False, most_copies=1,
    )  # fmt: skip


def macro_f1(folder, sources, path, showing=None):
    """By task the macro F1 of the most probable options."""
    predict_file(
        folder, sources.tokens, sources.questions, path, ["test"], None, sources.videos, showing
    )
    table = read_predictions([path])
    best = [
        o[int(np.argmax(p))] for o, p in zip(table["options"], table["probabilities"], strict=True)
    ]
    return {
        name: f1_score(part["truth"], part["best"], average="macro")
        for name, part in table.assign(best=best).groupby("task")
    }


@pytest.fixture(scope="module")
def planted(tmp_path_factory, sources):
    folder = tmp_path_factory.mktemp("planted")
    written = write_planted(folder / "signals", sources)
    finetune(written, planted_run(12), folder / "model", "code")
    return folder / "model", written


def test_each_modality_answers_what_was_planted_in_it_and_both_together_the_rest(planted, tmp_path):
    folder, written = planted
    both = macro_f1(folder, written, tmp_path / "both")
    assert min(both.values()) > 0.95
    alone = {name: macro_f1(folder, written, tmp_path / name, name) for name in SHOWINGS}
    assert alone["video-alone"]["lit"] > 0.95
    assert alone["body-alone"]["up"] > 0.95
    for name, task in (
        ("video-alone", "up"),
        ("body-alone", "lit"),
        ("video-swapped", "lit"),
        ("body-swapped", "up"),
    ):
        assert alone[name][task] < 0.7
    assert max(scores["differ"] for scores in alone.values()) < 0.7
    assert alone["video-swapped"]["up"] > 0.95
    assert read_predictions([tmp_path / "video-alone"])["variant"].unique() == ["v-video-alone"]


def test_videos_of_other_trials_tell_nothing(sources, tmp_path):
    written = write_planted(tmp_path / "shuffled", sources, shuffled=True)
    finetune(written, planted_run(3), tmp_path / "model", "code")
    scores = macro_f1(tmp_path / "model", written, tmp_path / "p")
    assert scores["lit"] < 0.7


def test_the_model_folder_knows_which_features_it_reads_and_refuses_others(planted):
    folder, _ = planted
    names = {path.name for path in folder.iterdir()}
    assert {"video", "video_reader.safetensors"} <= names
    assert read_description(folder).video.queries == 4
    assert load_videos(folder / "video").source.encoder == "simulated"
    loaded, angles = load_model(folder), np.zeros((60, 34), np.float32)
    assert loaded.motion(np.array([1, 2]), angles, clip(9)).shows_video
    assert not loaded.motion(np.array([1, 2]), angles).shows_video
    other = clip(9)._replace(source=SOURCE.model_copy(update={"revision": "2"}))
    with pytest.raises(InputError, match=r"T9: .* revision 2, not 1.*with simulated"):
        loaded.motion(np.array([1, 2]), angles, other, "T9")


def test_videos_scaled_for_another_fold_are_refused(planted, sources, tmp_path):
    folder, written = planted
    other = write_planted(tmp_path / "other", sources, shuffled=True)
    with pytest.raises(InputError, match="scaled for another model"):
        macro_f1(folder, written._replace(videos=other.videos), tmp_path / "p")


def test_a_model_without_video_refuses_one(model_folder):
    loaded = load_model(model_folder)
    with pytest.raises(InputError, match="this model reads none"):
        loaded.motion(np.array([1, 2]), np.zeros((60, 34), np.float32), clip(9))
