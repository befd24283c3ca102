"""From tokens and questions to a model folder and its predictions."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from biomechgpt.errors import InputError
from biomechgpt.language_model.description import (
    DESCRIPTION_FILE,
    read_description,
    write_description,
)
from biomechgpt.language_model.examples import encode_prompts
from biomechgpt.language_model.finetuning import (
    finetune,
    only_trained,
    training_people,
)
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.motion_reading import Views, read_motions
from biomechgpt.language_model.prediction import check_options, predict_file
from biomechgpt.language_model.training_examples import training_passes
from biomechgpt.questions.predictions import SCHEMA, read_predictions, write_predictions
from biomechgpt.settings.tasks_section import TaskSettings
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.small_model import CODES, trained_with, write_tokens


@pytest.fixture(scope="module")
def predictions(tmp_path_factory, model_folder, sources):
    path = tmp_path_factory.mktemp("predictions") / "seed-0.parquet"
    predict_file(model_folder, sources.tokens, sources.questions, path, ["validation", "test"])
    return read_predictions([path])


def test_the_model_folder_is_whole(model_folder, sources, questions):
    names = {path.name for path in model_folder.iterdir()}
    assert names == {
        "adapter", "base", "language_tokenizer", "motion_tokenizer", "model.json", "training.jsonl",
        "tensorboard",
    }  # fmt: skip
    description = json.loads((model_folder / "model.json").read_text())
    assert description["training_questions"] == 48
    assert description["training_participants"] == 8
    assert description["training_sequences"] == 16
    assert description["sequences_with_cut_motion"] == 0
    assert len(description["joints"]) == 34
    assert description["frame_rate_hz"] == 30.0
    assert description["possible_numbers"]["speed"][:3] == ["0.50", "0.51", "0.52"]
    assert description["base"] is None
    assert not list(model_folder.parent.glob(".*"))


def test_every_question_is_answered_once(predictions, questions):
    held_out = questions[questions["split"] != "train"]
    assert len(predictions) == len(held_out) == 24
    assert set(predictions["split"]) == {"validation", "test"}
    assert (predictions[["fold", "variant", "seed"]] == ["holdout", "v", 0]).all(axis=None)


def test_probabilities_sum_to_one(predictions):
    classifications = predictions[predictions["kind"] == "classification"]
    for options, shares in zip(
        classifications["options"], classifications["probabilities"], strict=True
    ):
        assert len(options) == len(shares)
        assert np.sum(shares) == pytest.approx(1.0)
    assert (predictions[predictions["kind"] == "regression"]["probabilities"].map(len) == 0).all()


def test_numbers_have_an_interval(predictions):
    numbers = predictions[predictions["kind"] == "regression"]
    assert (numbers["number_low"] <= numbers["number_mean"]).all()
    assert (numbers["number_mean"] <= numbers["number_high"]).all()
    assert numbers["number_low"].between(0.5, 0.875).all()


def test_answers_do_not_depend_on_the_other_questions(model_folder, sources, predictions, tmp_path):
    questions = pd.read_parquet(sources.questions)
    few = questions[(questions["trial_id"] == "t20") & (questions["task"] == "device")]
    few.to_parquet(tmp_path / "few.parquet")
    predict_file(model_folder, sources.tokens, tmp_path / "few.parquet", tmp_path / "p", ["test"])
    alone = read_predictions([tmp_path / "p"]).iloc[0]
    same = (predictions["trial_id"] == "t20") & (predictions["task"] == "device")
    together = predictions[same].iloc[0]
    assert alone["answer"] == together["answer"]
    assert np.allclose(alone["probabilities"], together["probabilities"], atol=1e-4)


def test_tokens_of_another_motion_tokenizer_are_refused(
    sources, variant_run, model_folder, tmp_path
):
    strange = [write_tokens(tmp_path / "0.parquet", "f" * 64)]
    with pytest.raises(InputError, match="motion tokenizer ffffffffffff"):
        finetune(sources._replace(tokens=strange), variant_run, tmp_path / "model", "code")
    with pytest.raises(InputError, match="motion tokenizer ffffffffffff"):
        predict_file(model_folder, strange, sources.questions, tmp_path / "p", ["test"])


def test_a_cut_motion_is_counted(sources, variant_run, tmp_path):
    short = trained_with(variant_run, max_length=48, epochs=0.2, shared_motion=False)
    finetune(sources, short, tmp_path / "model", "code")
    description = json.loads((tmp_path / "model" / "model.json").read_text())
    assert description["training_sequences"] == 48
    assert 0 < description["sequences_with_cut_motion"] < 48
    assert description["sequence_length_max"] == 48


def test_noise_replaces_that_share_of_the_motion_anew_in_each_epoch(
    base, sources, questions, tasks, variant_run
):
    table = read_tokens(sources.tokens)
    motions = read_motions("discrete", table, None, None)
    training = questions[questions["split"] == "train"]
    noisy = trained_with(variant_run, epochs=2.5, motion_noise=0.4, mirror=False)
    clean = trained_with(noisy, motion_noise=0.0)
    first, second, third = (
        [e.motion.ids for e in p]
        for p in training_passes(base.tokenizer, training, tasks, motions, CODES, noisy)
    )
    plain = [
        e.motion.ids
        for e in training_passes(base.tokenizer, training, tasks, motions, CODES, clean)[0]
    ]
    assert first != second != third
    assert [len(ids) for ids in first] == [len(ids) for ids in plain]
    tokens = sum(len(table.tokens[i]) for i in range(16))
    changed = sum(
        a != b for x, y in zip(first, plain, strict=True) for a, b in zip(x, y, strict=True)
    )
    assert changed / tokens == pytest.approx(0.4 * 15 / 16, abs=0.08)


def test_half_of_the_motions_are_seen_mirrored_with_their_words_exchanged(
    base, sources, questions, tasks, variant_run
):
    table = read_tokens(sources.tokens)
    motions = read_motions("discrete", table, None, None)
    training = questions[questions["split"] == "train"].assign(question="Does the left knee bend?")
    run = trained_with(variant_run, epochs=30, motion_noise=0.0, rephrase=False)
    passes = training_passes(base.tokenizer, training, tasks, motions, CODES, run)
    plain, other = (motion_ids(base, table, name) for name in ("tokens", "mirrored"))
    n_mirrored = n_motions = 0
    for example in (example for one_pass in passes for example in one_pass):
        is_plain = example.motion.ids == plain[example.trial_id]
        assert is_plain or example.motion.ids == other[example.trial_id]
        text = base.tokenizer.decode(example.questions[0].input_ids)
        assert ("left knee" in text) == is_plain
        assert ("right knee" in text) == (not is_plain)
        n_mirrored, n_motions = n_mirrored + (not is_plain), n_motions + 1
    assert n_mirrored / n_motions == pytest.approx(0.5, abs=0.08)


def test_soft_tokens_are_mixed_anew_in_each_epoch_and_only_where_the_config_says_so(
    base, questions, tasks, variant_run
):
    training = questions[questions["split"] == "train"]
    motions = {
        trial: Views(*[MotionInput(features=np.full((2, 3), place, np.float32))] * 2)
        for place, trial in enumerate(sorted(training["trial_id"].unique()))
    }
    plain = trained_with(variant_run, epochs=2, mirror=False)
    for run, n_changed in ((plain, 0), (trained_with(plain, feature_mixing=0.4), 2)):
        passes = training_passes(base.tokenizer, training, tasks, motions, CODES, run)
        changed = [
            sum(
                (e.motion.features != motions[e.trial_id].recorded.features).any() for e in one_pass
            )
            for one_pass in passes
        ]
        assert sum(n > len(motions) // 2 for n in changed) == n_changed
    assert not np.array_equal(*(e.motion.features for e in (passes[0][0], passes[1][0])))


def motion_ids(base, table, name):
    tokens = zip(table.trial_ids, getattr(table, name), strict=True)
    return {
        i: encode_prompts(base.tokenizer, MotionInput(t), ["?"], 512, 8).motion.ids
        for i, t in tokens
    }


def test_no_task_with_training_questions_is_an_error_that_names_the_variant(
    sources, variant_run, tmp_path
):
    run = variant_run.model_copy(update={"tasks": {"falls": variant_run.tasks["impaired"]}})
    words = r"variants.v: none of its tasks \(falls\) has training questions in fold holdout"
    with pytest.raises(InputError, match=words):
        finetune(sources, run, tmp_path / "model", "code")


def test_a_model_knows_only_the_tasks_that_it_was_trained_on(questions, variant_run):
    """Asked of the others it would answer all the same, by chance."""
    tasks = variant_run.tasks | {"falls": variant_run.tasks["impaired"]}
    training = questions[questions["split"] == "train"]
    run = only_trained(variant_run.model_copy(update={"tasks": tasks}), training)
    assert list(run.tasks) == ["impaired", "device", "speed"]
    assert run.tasks_left_out == ["falls"]
    people = training_people(training)
    assert people["device"] == {"participants": 8, "by_option": {"cane": 8, "none": 8}}
    assert people["speed"] == {"participants": 8, "by_option": {}}


def test_no_questions_of_a_split_is_an_error(model_folder, sources, tmp_path):
    with pytest.raises(InputError, match="no questions of nowhere"):
        predict_file(model_folder, sources.tokens, sources.questions, tmp_path / "p", ["nowhere"])


def test_options_that_read_the_same_are_refused():
    with pytest.raises(InputError, match=r"tasks\.x\.options"):
        check_options("x", TaskSettings.model_construct(options=["Yes", "yes."]))


def test_a_prediction_stands_once(predictions, tmp_path):
    rows = pa.Table.from_pandas(predictions, schema=SCHEMA, preserve_index=False).to_pylist()
    write_predictions(tmp_path / "p", rows)
    assert read_predictions([tmp_path / "p"]).shape == (24, len(SCHEMA.names))
    with pytest.raises(InputError, match="two predictions"):
        write_predictions(tmp_path / "p", [*rows, rows[0]])


def test_another_table_is_no_prediction(sources):
    with pytest.raises(InputError, match="not a table of predictions"):
        read_predictions(sources.tokens)


def test_a_model_of_an_earlier_version_tells_its_vocabulary(model_folder, tmp_path):
    content = json.loads((model_folder / DESCRIPTION_FILE).read_text())
    content["codebook_size"] = content.pop("motion_vocabulary_size")
    (tmp_path / DESCRIPTION_FILE).write_text(json.dumps(content))
    assert read_description(tmp_path).motion_vocabulary_size == content["codebook_size"]


def test_a_description_is_read_and_written_as_it_is(model_folder, tmp_path):
    write_description(tmp_path, read_description(model_folder))
    first, second = (folder / DESCRIPTION_FILE for folder in (model_folder, tmp_path))
    assert first.read_bytes() == second.read_bytes()


def test_a_description_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / DESCRIPTION_FILE).write_text('{"fold": 3}')
    with pytest.raises(InputError, match=r"model\.json does not describe a model that can be read"):
        read_description(tmp_path)
