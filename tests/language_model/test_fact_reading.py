"""An embedded base learns from copies of movements to say what kinematics measure."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from biomechgpt.language_model import loading
from biomechgpt.language_model.adapters import add_projector
from biomechgpt.language_model.batches import Weights, collate
from biomechgpt.language_model.fact_reading import fact_examples, teach_facts
from biomechgpt.language_model.finetuning import finetune
from biomechgpt.language_model.forward import hidden_states, logits
from biomechgpt.motion_encoder.encoder_folder import load_encoder
from biomechgpt.motion_encoder.feature_files import read_copies, write_copies
from biomechgpt.motion_encoder.views import View
from tests.helpers.small_model import CODES


@pytest.fixture(scope="module")
def copies(soft_sources, tmp_path_factory):
    """Twenty movements whose facts are known, but for one that has none."""
    encoder = load_encoder(soft_sources.motion_encoder)
    random, views = np.random.default_rng(0), []
    for number in range(20):
        angles = random.standard_normal((40 + number, 34)).astype(np.float32) * 0.3
        value = np.nan if number == 7 else float(number)
        views.append(View(angles, dict.fromkeys(encoder.scale.names, value)))
    path = tmp_path_factory.mktemp("copies") / "c.parquet"
    write_copies(soft_sources.motion_encoder, views, path)
    return views, path


@pytest.fixture(scope="module")
def taught(soft_sources, copies, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taught") / "tiny"
    teach_facts(soft_sources.base, soft_sources.motion_encoder, copies[1], folder, "code")
    return folder


def test_copies_are_read_as_the_encoder_reads_them(soft_sources, copies):
    encoder = load_encoder(soft_sources.motion_encoder)
    views, path = copies
    rows = read_copies(encoder, path)
    assert len(rows) == 20
    for view, row in zip(views, rows, strict=True):
        assert np.allclose(row.features, encoder.features(view.angles_rad), atol=1e-5)
        assert np.array_equal(row.facts, [*view.facts.values()], equal_nan=True)


def test_questions_about_a_copy_have_its_facts_as_answers(base, soft_sources, copies):
    encoder = load_encoder(soft_sources.motion_encoder)
    examples = fact_examples(base.tokenizer, read_copies(encoder, copies[1]), encoder)
    assert len(examples) == 19  # one pass; the copy without facts is asked nothing
    said = set()
    for example in examples:
        assert example.motion.features.shape == encoder.shape
        for question in example.questions:
            marked = zip(question.input_ids, question.answer_mask, strict=True)
            answer = [token for token, mask in marked if mask]
            said.add(round(float(base.tokenizer.decode(answer, skip_special_tokens=True))))
    assert said == {*range(20)} - {7}


def test_the_base_changes_and_stays_a_model_folder_beside_its_projector(taught, soft_sources):
    before = load_file(soft_sources.base / "model.safetensors")
    after = load_file(taught / "model.safetensors")
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert loading.load_base(taught, CODES).rows_are_new is False
    assert (taught / "projector.safetensors").exists()
    assert not list(taught.parent.glob(".*"))


def test_fine_tuning_starts_with_the_projector_of_its_base(
    taught, soft_sources, soft_run, tmp_path
):
    still = soft_run.finetune.model_copy(
        update={"learning_rate": 1e-12, "projector_learning_rate": 1e-12, "epochs": 0.2}
    )
    run = soft_run.model_copy(update={"finetune": still})
    finetune(soft_sources._replace(base=taught), run, tmp_path / "m", "code")
    begun, ended = (load_file(f / "projector.safetensors") for f in (taught, tmp_path / "m"))
    for name, values in begun.items():
        assert torch.allclose(values, ended[name], atol=1e-8), name


def test_a_step_of_teaching_lowers_the_loss_of_what_is_taught(taught, soft_sources, copies):
    """Against the base before, with the taught projector in front of both."""
    encoder = load_encoder(soft_sources.motion_encoder)
    losses = []
    for folder in (soft_sources.base, taught):
        base = loading.load_base(folder, CODES)
        base.model.train()
        add_projector(base.model, base, encoder.shape, taught)
        rows = fact_examples(base.tokenizer, read_copies(encoder, copies[1]), encoder)
        batch = collate(rows, base.tokenizer.pad_token_id, Weights())
        with torch.no_grad():
            hidden = hidden_states(base.model, batch)
            row, column = (batch["answer_mask"] > 0).nonzero(as_tuple=True)
            scores = logits(base.model, hidden[row, batch["predecessors"][row, column]])
            targets = batch["input_ids"][row, column]
            losses.append(torch.nn.functional.cross_entropy(scores, targets).item())
    assert losses[1] < losses[0]
