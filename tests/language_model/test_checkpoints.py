"""Checkpoints in Gemma's own layouts: reserved and added rows, where the files are found."""

import shutil

import httpx2
import pytest
import torch
from huggingface_hub import errors
from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch.nn.functional import cosine_similarity
from transformers import set_seed

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters, checkpoint_source, language_training, loading
from biomechgpt.language_model.batches import Weights, collate, losses
from biomechgpt.language_model.checkpoint_source import link_checkpoint, locate, read_note
from biomechgpt.language_model.examples import encode_example
from biomechgpt.language_model.forward import cross_entropy, hidden_states
from biomechgpt.settings.base_models_section import CheckpointBaseSettings
from biomechgpt.settings.finetune_section import LoraSettings

CODES = 16
LORA = LoraSettings(rank=4, alpha=8, dropout=0.0)
EXCHANGES = [("Is the walking impaired, yes or no?", "yes"), ("How fast in m/s?", "0.57")]


@pytest.fixture(params=[False, True], ids=["reserved", "resize"])
def resize(request):
    return request.param


@pytest.fixture
def codebook():
    """Codes in pairs of near neighbours."""
    random = torch.Generator().manual_seed(0)
    centres = torch.randn(CODES // 2, 8, generator=random)
    return centres.repeat_interleave(2, 0) + 0.1 * torch.randn(CODES, 8, generator=random)


def rows_of(model):
    return next(p for n, p in adapters.trainable(model).items() if "tokens_delta" in n)


def test_reserved_rows_leave_the_size_alone_and_added_ones_follow_all_others(
    checkpoint_folder, resize
):
    stock = loading.load_model(checkpoint_folder).get_input_embeddings().num_embeddings
    base = loading.load_base(checkpoint_folder, CODES, resize)
    rows, ids = base.model.get_input_embeddings().num_embeddings, base.motion_rows
    assert base.rows_are_new
    assert len(set(ids)) == CODES + 2
    assert base.tokenizer.convert_ids_to_tokens(ids[3]) == "<motion_3>"
    image = base.tokenizer.convert_tokens_to_ids("<image_soft_token>")
    if resize:
        assert min(ids) == image + 1
        assert rows == max(ids) + 1 > stock
    else:
        assert rows == stock
        assert max(ids) < image
    assert base.model.lm_head.weight is base.model.get_input_embeddings().weight


def test_rows_from_the_codebook_keep_its_neighbours(checkpoint_folder, resize, codebook):
    base = loading.load_base(checkpoint_folder, CODES, resize)
    others = adapters._text_rows(base)
    rows = rows_of(adapters.add_adapters(base, LORA, 0, codebook)).detach()
    centred = rows[:CODES] - others.mean(0)
    alike = cosine_similarity(centred[:, None], centred[None], dim=-1).fill_diagonal_(-1)
    assert torch.equal(alike.argmax(1), torch.arange(CODES) ^ 1)
    assert 0.5 < rows.std() / others.std() < 2


def test_rows_around_the_mean_are_distinct(checkpoint_folder, resize):
    """transformers' own start of added rows makes them one and the same vector."""
    base = loading.load_base(checkpoint_folder, CODES, resize)
    others = adapters._text_rows(base)
    rows = rows_of(adapters.add_adapters(base, LORA, 0)).detach()
    centred = rows - others.mean(0)
    alike = cosine_similarity(centred[:, None], centred[None], dim=-1) - torch.eye(len(rows))
    assert alike.max() < 0.7
    assert 0.5 < rows.std() / others.std() < 2


def test_what_is_saved_is_the_adapter_and_the_new_rows(checkpoint_folder, resize, tmp_path):
    base = loading.load_base(checkpoint_folder, CODES, resize)
    model = adapters.add_adapters(base, LORA, 0)
    model.save_pretrained(tmp_path)
    numbers = sum(p.numel() for p in adapters.trainable(model).values())
    saved = (tmp_path / "adapter_model.safetensors").stat().st_size
    assert saved < 1.2 * 4 * numbers
    again = loading.load_base(checkpoint_folder, CODES, resize).model
    again = PeftModel.from_pretrained(again, tmp_path)
    ids = torch.tensor([[2, *base.motion_rows, 30]])
    for either in (model, again):
        loading.never_pack(either)
        either.eval()
    with torch.no_grad():
        assert torch.equal(model(input_ids=ids).logits, again(input_ids=ids).logits)


def test_checkpoints_of_a_resized_model_hold_no_embedding_and_resume_bit_by_bit(
    checkpoint_folder, motions, tmp_path, monkeypatch
):
    def run(folder):
        base = loading.load_base(checkpoint_folder, CODES, resize=True)
        set_seed(0)
        model = adapters.add_adapters(base, LORA.model_copy(update={"dropout": 0.1}), 0)
        examples = [encode_example(base.tokenizer, m, EXCHANGES, 128) for m in motions[:6]]
        settings = language_training.Settings(1e-3, 1, 4, 0, checkpoint_every_steps=2)
        language_training.train(
            model, [examples], base.tokenizer.pad_token_id, settings, folder, "m"
        )
        return {name: p.detach() for name, p in adapters.trainable(model).items()}

    whole = run(tmp_path / "run")
    saved = torch.load(tmp_path / "run" / "checkpoint-2" / "state.pt")["training"]["weights"]
    assert sum(v.numel() for v in saved.values()) == sum(p.numel() for p in whole.values())
    shutil.rmtree(tmp_path / "run" / "checkpoint-3")
    resumed = run(tmp_path / "run")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def shared_and_separate(base, motions):
    examples = [encode_example(base.tokenizer, motions[i], EXCHANGES, 128) for i in (2, 19)]
    apart = [
        type(example)(example.motion_ids, [question], 0)
        for example in examples
        for question in example.questions
    ]
    pad_id, weights = base.tokenizer.pad_token_id, Weights(answer=3.0)
    return collate(examples, pad_id, weights), collate(apart, pad_id, weights)


def gradient(model, batch):
    model.zero_grad()
    hidden = hidden_states(model, batch)
    losses(hidden, batch, lambda *pair: cross_entropy(model, *pair)).weighted_sum.backward()
    return torch.cat([p.grad.flatten() for p in adapters.trainable(model).values()])


def test_shared_motions_teach_what_separate_sequences_do(checkpoint_folder, resize, motions):
    base = loading.load_base(checkpoint_folder, CODES, resize)
    model = adapters.add_adapters(base, LORA, 0).train()
    for name, parameter in adapters.trainable(model).items():  # LoRA starts at no effect
        torch.nn.init.normal_(parameter, std=0.05) if "lora_B" in name else None
    shared, separate = shared_and_separate(base, motions)
    assert shared["position_ids"].max() > base.model.config.sliding_window
    together, apart = gradient(model, shared), gradient(model, separate)
    assert (together - apart).norm() / apart.norm() < 1e-5


def test_a_big_model_without_a_gpu_is_refused(checkpoint_folder, monkeypatch):
    monkeypatch.setattr(loading, "BYTES_ON_A_CPU", 1000)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"needs a GPU.*embedded"):
        loading.load_model(checkpoint_folder)


def test_a_gpu_without_bfloat16_is_refused(checkpoint_folder, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Tesla T4")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: False)
    with pytest.raises(InputError, match="Tesla T4 has no bfloat16"):
        loading.load_model(checkpoint_folder)


def settings_of(checkpoint) -> CheckpointBaseSettings:
    return CheckpointBaseSettings(
        kind="checkpoint", source=str(checkpoint), revision=None, motion_tokens="reserved",
        new_rows="codebook",
    )  # fmt: skip


def test_a_checkpoint_that_lacks_a_weight_is_refused(checkpoint_folder, tmp_path):
    link_checkpoint(settings_of(checkpoint_folder), tmp_path / "linked")
    weights = load_file(checkpoint_folder / "model.safetensors")
    lost = next(name for name in weights if "layers.2.mlp.up_proj" in name)
    (tmp_path / "linked/model.safetensors").unlink()
    rest = {name: value for name, value in weights.items() if name != lost}
    save_file(rest, tmp_path / "linked/model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"lacks 1 weights of the model, model\.layers\.2"):
        loading.load_model(tmp_path / "linked")


def test_a_folder_is_linked_and_loads_as_itself(checkpoint_folder, tmp_path):
    settings = settings_of(checkpoint_folder)
    link_checkpoint(settings, tmp_path / "linked")
    assert read_note(tmp_path / "linked") == settings
    assert (tmp_path / "linked/model.safetensors").is_symlink()
    assert len(loading.load_base(tmp_path / "linked", CODES).motion_rows) == CODES + 2


@pytest.mark.parametrize("source", ["/no/such/folder", "./nowhere", "gemma", "a/b/c"])
def test_what_is_neither_folder_nor_hub_id_is_refused(source):
    with pytest.raises(InputError, match=r"is no folder on this machine and no hub id.*source"):
        locate(source, None)


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"lacks tokenizer\.json and \*\.safetensors"):
        locate(str(tmp_path), None)


HUB_ERRORS = [
    (errors.GatedRepoError, "gated: accept its licence"),
    (errors.RepositoryNotFoundError, "The hub has no google/gemma"),
    (errors.RevisionNotFoundError, "has no revision abc"),
    (errors.LocalEntryNotFoundError, "hf download google/gemma --revision abc"),
]


@pytest.mark.parametrize(("error", "words"), HUB_ERRORS, ids=[e.__name__ for e, _ in HUB_ERRORS])
def test_what_the_hub_refuses_is_said_with_what_to_do(monkeypatch, error, words):
    raised = error("said the hub") if error is errors.LocalEntryNotFoundError else hub_error(error)

    def download(*args, local_files_only=False, **kwargs):
        raise errors.LocalEntryNotFoundError("not cached") if local_files_only else raised

    monkeypatch.setattr(checkpoint_source, "snapshot_download", download)
    with pytest.raises(InputError, match=words):
        locate("google/gemma", "abc")


def hub_error(error):
    response = httpx2.Response(403, request=httpx2.Request("GET", "https://huggingface.co"))
    return error("said the hub", response=response)


def test_a_model_in_the_cache_needs_no_network(checkpoint_folder, monkeypatch):
    downloads = []

    def download(source, revision, local_files_only=False, **kwargs):
        downloads.append((source, revision, local_files_only))
        return str(checkpoint_folder)

    monkeypatch.setattr(checkpoint_source, "snapshot_download", download)
    assert locate("google/gemma", "abc") == checkpoint_folder
    assert downloads == [("google/gemma", "abc", True)]
