"""Soft tokens stand where they belong, are read by their own row alone, and can be learnt from."""

from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import set_seed

from biomechgpt.checkpoints import fingerprint
from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters
from biomechgpt.language_model.batches import Weights, collate, losses
from biomechgpt.language_model.description import read_description
from biomechgpt.language_model.examples import Example, encode_example, encode_prompts
from biomechgpt.language_model.finetuning import finetune
from biomechgpt.language_model.forward import cross_entropy, hidden_states
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.motion_reading import read_motions
from biomechgpt.language_model.prediction import predict_file
from biomechgpt.language_model.soft_tokens import SHARE_OF_TEXT, Projector
from biomechgpt.language_model.streaming import stream_text
from biomechgpt.motion_encoder.encoder_folder import load_encoder
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.settings.finetune_section import LoraSettings
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.small_model import FEATURES_SHAPE, trained_with, write_soft_sources

K, W = FEATURES_SHAPE
EXCHANGES = [("Is the walking impaired, yes or no?", "yes"), ("How fast in m/s?", "0.57")]


@pytest.fixture
def model(base):
    set_seed(0)
    model = adapters.add_adapters(base, LoraSettings(rank=4, alpha=8, dropout=0.0), 0)
    adapters.add_projector(model, base, (K, W))
    return model.train()


def examples(tokenizer, motions, features, with_codes=True):
    return [
        encode_example(
            tokenizer,
            MotionInput(motions[i] if with_codes else (), "", features[i]),
            EXCHANGES,
            128,
        )
        for i in (3, 10, 17)
    ]


@pytest.mark.parametrize("with_codes", [True, False])
def test_soft_tokens_stand_right_before_the_end_of_the_motion(base, motions, features, with_codes):
    example = examples(base.tokenizer, motions, features, with_codes)[0]
    names = base.tokenizer.convert_ids_to_tokens(example.motion.ids)
    assert names[-1] == "<motion_end>"
    assert names[-1 - K : -1] == ["<pad>"] * K
    assert names[-2 - K] == (f"<motion_{motions[3][-1]}>" if with_codes else "<motion_start>")


def test_a_long_motion_is_cut_and_its_soft_tokens_are_not(base, features):
    motion = MotionInput([1] * 300, features=features[0])
    cut = encode_prompts(base.tokenizer, motion, ["?"], 64, 8).motion
    assert cut.n_cut > 0
    assert cut.ids.count(base.tokenizer.pad_token_id) == K
    assert len(cut.ids) < 64


def test_soft_tokens_are_no_targets(base, motions, features):
    batch = collate(examples(base.tokenizer, motions, features), 0, Weights())
    for row, start in enumerate(batch["soft_starts"].tolist()):
        assert (batch["loss_weights"][row, start : start + K] == 0).all()
        assert batch["loss_weights"][row, start + K] > 0  # the end of the motion


@torch.no_grad()
def test_a_row_reads_its_own_soft_tokens_whatever_else_is_in_the_batch(
    model, base, motions, features
):
    rows = examples(base.tokenizer, motions, features)
    together = hidden_states(model, collate(rows, 0, Weights()))
    turned = hidden_states(model, collate(rows[::-1], 0, Weights()))
    for place, row in enumerate(rows):
        alone = hidden_states(model, collate([row], 0, Weights()))[0]
        assert torch.allclose(together[place, : len(alone)], alone, atol=1e-5)
        assert torch.allclose(turned[-1 - place, : len(alone)], alone, atol=1e-5)
    other = rows[0]._replace(motion=rows[0].motion._replace(features=features[5]))
    changed = hidden_states(model, collate([other, *rows[1:]], 0, Weights()))
    assert (changed[0] - together[0]).abs().max() > 1e-3
    assert torch.allclose(changed[1:], together[1:], atol=1e-5)


def test_shared_motions_teach_what_separate_sequences_do(model, base, motions, features):
    def gradient(rows):
        model.zero_grad()
        batch = collate(rows, 0, Weights(answer=3.0))
        losses(
            hidden_states(model, batch), batch, partial(cross_entropy, model)
        ).weighted_sum.backward()
        parameters = adapters.trainable(model)
        assert any("projector" in name for name in parameters)
        return torch.cat([p.grad.flatten() for p in parameters.values()])

    rows = examples(base.tokenizer, motions, features)
    apart = [Example(row.motion, [question]) for row in rows for question in row.questions]
    together, separate = gradient(rows), gradient(apart)
    assert (together - separate).norm() / separate.norm() < 1e-5


def test_soft_tokens_start_with_that_share_of_the_length_of_text(model, base, features):
    """Gemma multiplies its embedding by the root of its width, which soft tokens bypass."""
    text = base.model.get_input_embeddings()(torch.arange(300, 400)).square().mean().sqrt()
    soft = model.projector(torch.from_numpy(features)).square().mean().sqrt()
    assert 0.5 < soft / (SHARE_OF_TEXT * text) < 2


def test_motions_with_and_without_soft_tokens_do_not_mix(base, motions, features):
    soft = examples(base.tokenizer, motions, features)[:1]
    plain = encode_example(base.tokenizer, MotionInput(motions[0]), EXCHANGES, 128)
    with pytest.raises(ValueError, match="same shape"):
        collate([*soft, plain], 0, Weights())


def test_a_fingerprint_sees_every_number_of_a_large_array():
    large = np.zeros((100, 100), np.float32)
    other = large.copy()
    other[50, 50] = 1e-3
    assert fingerprint(large) == fingerprint(large.copy()) != fingerprint(other)


def test_the_model_folder_holds_projector_and_encoder(soft_folder):
    names = {path.name for path in soft_folder.iterdir()}
    assert {"projector.safetensors", "motion_encoder", "adapter"} <= names
    assert read_description(soft_folder).motion == "both"
    loaded = load_model(soft_folder)
    assert isinstance(loaded.model.projector, Projector)
    assert not loaded.model.projector.training


def test_a_loaded_model_answers_as_the_trained_one_and_alone_as_among_others(
    soft_folder, soft_sources, tmp_path
):
    files = (soft_sources.tokens, soft_sources.questions)
    predict_file(soft_folder, *files, tmp_path / "a", ["test"], soft_sources.features)
    predict_file(soft_folder, *files, tmp_path / "b", ["test"], soft_sources.features)
    first, again = read_predictions([tmp_path / "a"]), read_predictions([tmp_path / "b"])
    assert len(first) == 18
    assert first["answer"].tolist() == again["answer"].tolist()


def test_streamed_text_is_the_predicted_one(soft_folder, soft_sources, features, motions, tmp_path):
    loaded = load_model(soft_folder)
    motion = MotionInput(motions[20], features=features[20])
    prompts = loaded.prompts(motion, [EXCHANGES[0][0]])
    *_, text = stream_text(loaded, prompts)
    files = (soft_sources.tokens, soft_sources.questions)
    predict_file(soft_folder, *files, tmp_path / "p", ["test"], soft_sources.features)
    rows = read_predictions([tmp_path / "p"]).query("trial_id == 't20' and task == 'impaired'")
    assert rows["answer"].tolist() == [text]


def test_features_of_another_encoder_are_refused(soft_run, sources, soft_sources, tmp_path):
    other = write_soft_sources(tmp_path, sources, np.ones((24, K, W), np.float32))
    weights = other.motion_encoder / "model.safetensors"
    save_file({name: value + 1 for name, value in load_file(weights).items()}, weights)
    mixed = soft_sources._replace(motion_encoder=other.motion_encoder)
    with pytest.raises(InputError, match=r"features\.parquet was made by another motion encoder"):
        finetune(mixed, soft_run, tmp_path / "m", "code")


@pytest.mark.parametrize("reading", ["text", "numbers"])
def test_kinematics_as_text_stand_between_start_and_end(base, soft_sources, reading):
    table = read_tokens(soft_sources.tokens)
    encoder = load_encoder(soft_sources.motion_encoder)
    motions = read_motions(reading, table, soft_sources.features, encoder)
    motion = motions["t5"].recorded
    assert motion.features is None
    assert len(motion.codes) == 0
    ids = encode_prompts(base.tokenizer, motion, ["?"], 1024, 8).motion.ids
    text = base.tokenizer.decode(ids)
    assert f"<motion_start>{motion.text}<motion_end>" in text.replace("> ", ">")


@pytest.mark.parametrize("reading", ["text", "numbers"])
def test_a_model_told_kinematics_answers_and_has_no_projector(
    soft_sources, soft_run, tmp_path, reading
):
    run = soft_run.model_copy(update={"motion": reading})
    run = trained_with(run, epochs=0.5, max_length=1024)
    finetune(soft_sources, run, tmp_path / "m", "code")
    assert not (tmp_path / "m" / "projector.safetensors").exists()
    files = (soft_sources.tokens, soft_sources.questions)
    predict_file(tmp_path / "m", *files, tmp_path / "p", ["test"], soft_sources.features)
    assert len(read_predictions([tmp_path / "p"])) == 18
    loaded, angles = load_model(tmp_path / "m"), np.zeros((90, 34), np.float32)
    assert loaded.motion(np.array([1, 2]), angles).text  # of an own file, without codes
    assert len(loaded.motion(np.array([1, 2]), angles).codes) == 0


def test_a_signal_planted_in_one_soft_token_is_learnt_and_noise_is_not(
    sources, variant_run, tmp_path
):
    """Of 16 people in training and 6 in the test, the odd ones are impaired."""
    noise = np.random.default_rng(1).standard_normal((24, K, W)).astype(np.float32)
    planted = noise.copy()
    planted[:, 1, ::2] += np.where(np.arange(24) % 2, 4.0, -4.0)[:, None]
    tasks = {"impaired": variant_run.tasks["impaired"]}
    run = variant_run.model_copy(update={"motion": "continuous", "tasks": tasks})
    run = trained_with(run, epochs=40, learning_rate=5e-3, answer_weight=10.0)
    shares = {}
    for name, features in {"planted": planted, "noise": noise}.items():
        soft = write_soft_sources(tmp_path / name, sources, features)
        soft = soft._replace(phrasings={"impaired": sources.phrasings["impaired"]})
        finetune(soft, run, tmp_path / name / "m", "code")
        path = tmp_path / name / "p"
        predict_file(
            tmp_path / name / "m", soft.tokens, soft.questions, path, ["test"], soft.features
        )
        rows = read_predictions([path]).query("task == 'impaired'")
        best = [
            o[int(np.argmax(p))]
            for o, p in zip(rows["options"], rows["probabilities"], strict=True)
        ]
        shares[name] = np.mean(np.array(best) == rows["truth"])
    assert shares["planted"] == 1.0
    assert shares["noise"] < 1.0
