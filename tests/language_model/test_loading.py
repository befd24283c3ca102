"""Loading: nothing missing, nothing in a vision tower, motion rows trained and nothing else."""

import json
import re
import shutil

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch.nn.functional import cosine_similarity
from transformers import (
    BitsAndBytesConfig,
    Gemma3Config,
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3TextConfig,
    PreTrainedTokenizerFast,
)

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters, loading, vocabulary
from biomechgpt.settings.finetune_section import LoraSettings

CODES = 16
LORA = LoraSettings(rank=4, alpha=8, dropout=0.1)


def step(model, ids, learning_rate=0.05):
    """One optimiser step on the next-token loss of `ids`."""
    model.train()
    optimiser = torch.optim.SGD(adapters.trainable(model).values(), learning_rate)
    model(input_ids=ids, labels=ids).loss.backward()
    optimiser.step()


@pytest.fixture
def adapted(base):
    torch.manual_seed(0)
    return adapters.add_adapters(base, LORA, 0)


@pytest.fixture
def ids(base):
    text = "<bos>" + vocabulary.motion_text([*range(16), 3, 5]) + " Is the walking impaired?"
    return torch.tensor([base.tokenizer.encode(text, add_special_tokens=False)])


def damaged(base_folder, tmp_path, change):
    folder = tmp_path / "damaged"
    shutil.copytree(base_folder, folder)
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_missing_weights_raise(base_folder, tmp_path):
    name = "model.layers.1.mlp.up_proj.weight"
    folder = damaged(base_folder, tmp_path, lambda w: {k: v for k, v in w.items() if k != name})
    with pytest.raises(InputError, match=r"lacks 1 weights of the model, model\.layers\.1\.mlp"):
        loading.load_model(folder)


def test_renamed_weights_raise(base_folder, tmp_path):
    """A checkpoint of another layout would be filled with random numbers without an error."""
    folder = damaged(base_folder, tmp_path, lambda w: {f"other.{k}": v for k, v in w.items()})
    with pytest.raises(InputError, match="lacks"):
        loading.load_model(folder)


def test_no_folder_raises(tmp_path):
    with pytest.raises(InputError, match=r"config\.json"):
        loading.load_base(tmp_path, CODES)


def test_projections_are_nf4_and_the_rest_is_not(base):
    quantised = [m for m in base.model.modules() if isinstance(m, loading.bnb.nn.Linear4bit)]
    assert len(quantised) == 2 * 7
    assert all(m.weight.quant_state.quant_type == "nf4" for m in quantised)
    assert all(m.weight.quant_state.nested for m in quantised)
    assert type(base.model.lm_head) is torch.nn.Linear


@pytest.fixture
def multimodal_folder(tmp_path, base_folder):
    """A random Gemma 3 with a vision tower, saved as the 4B checkpoint is."""
    text = Gemma3TextConfig.from_pretrained(base_folder)
    vision = {
        "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "image_size": 28, "patch_size": 14,
    }  # fmt: skip
    torch.manual_seed(1)
    config = Gemma3Config(text_config=text.to_dict(), vision_config=vision, mm_tokens_per_image=4)
    model = Gemma3ForConditionalGeneration(config)
    model.save_pretrained(tmp_path / "multimodal")
    PreTrainedTokenizerFast.from_pretrained(base_folder).save_pretrained(tmp_path / "multimodal")
    return tmp_path / "multimodal", model


def test_the_language_model_of_a_multimodal_checkpoint_is_loaded(multimodal_folder):
    folder, original = multimodal_folder
    loaded = loading.load_base(folder, CODES).model
    assert type(loaded).__name__ == "Gemma3ForCausalLM"
    embedding = loaded.get_input_embeddings().weight
    assert torch.equal(embedding, original.get_input_embeddings().weight)
    norm = original.model.language_model.layers[1].self_attn.q_norm.weight
    assert torch.equal(loaded.model.layers[1].self_attn.q_norm.weight, norm)


def test_the_later_spelling_of_a_multimodal_checkpoint_is_read_alike(multimodal_folder):
    folder, original = multimodal_folder
    weights = load_file(folder / "model.safetensors")
    renamed = {
        re.sub(r"^language_model\.model\.", "model.language_model.", name): value
        for name, value in weights.items()
    }
    assert set(renamed) != set(weights)
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    loaded = loading.load_base(folder, CODES).model
    inner = original.model.language_model
    assert torch.equal(loaded.get_input_embeddings().weight, inner.embed_tokens.weight)
    assert torch.equal(
        loaded.model.layers[1].self_attn.q_norm.weight, inner.layers[1].self_attn.q_norm.weight
    )


def claim_quantisation(folder):
    """What bitsandbytes adds to config.json."""
    config = json.loads((folder / "config.json").read_text())
    claimed = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "fp4"}
    config["quantization_config"] = claimed | {"bnb_4bit_compute_dtype": "float16"}
    (folder / "config.json").write_text(json.dumps(config))


def test_a_checkpoint_that_was_saved_quantised_is_refused(base_folder, tmp_path):
    """Its own 4-bit type and arithmetic would silently win over NF4."""
    folder = tmp_path / "fp4"
    fp4 = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="fp4")
    model = Gemma3ForCausalLM.from_pretrained(base_folder, quantization_config=fp4)
    model.save_pretrained(folder)
    PreTrainedTokenizerFast.from_pretrained(base_folder).save_pretrained(folder)
    with pytest.raises(
        InputError, match=r"fp4 holds weights that were saved quantised.*original weights"
    ):
        loading.load_base(folder, CODES)


def test_a_checkpoint_that_claims_quantisation_over_plain_weights_is_refused(base_folder, tmp_path):
    folder = damaged(base_folder, tmp_path, dict)
    claim_quantisation(folder)
    with pytest.raises(
        InputError, match=r"config\.json has quantization_config, but .* take that key out"
    ):
        loading.load_base(folder, CODES)


def test_no_adapter_in_a_vision_tower(multimodal_folder):
    _, model = multimodal_folder
    config = adapters.LoraConfig(r=2, target_modules=adapters.LORA_TARGETS)
    names = [
        n for n, _ in adapters.get_peft_model(model, config).named_parameters() if "lora_" in n
    ]
    assert len(names) == 2 * 7 * 2
    assert all("language_model" in name for name in names)


def test_trainable_are_all_seven_projections_and_the_motion_rows_in_float32(adapted):
    parameters = adapters.trainable(adapted)
    assert len(parameters) == 2 * 7 * 2 + 1
    assert {p.dtype for p in parameters.values()} == {torch.float32}
    rows = next(p for name, p in parameters.items() if "trainable_tokens_delta" in name)
    assert rows.shape == (CODES + 2, 64)


def test_reserved_rows_start_distinct_and_like_the_others(base_folder, tmp_path):
    """Rows of an untouched checkpoint may all be alike; alike they could not be told apart."""

    def flatten_rows(weights):
        rows = weights["model.embed_tokens.weight"]
        rows[6:40] = rows.mean(0)
        return weights

    folder = damaged(base_folder, tmp_path, flatten_rows)
    stock = vocabulary.train_tokenizer(["Is it a cane or none?"], 300, CODES)
    stock.save_pretrained(folder)
    base = loading.load_base(folder, CODES)
    assert base.rows_are_new
    model = adapters.add_adapters(base, LORA, 0)
    rows = next(p for n, p in adapters.trainable(model).items() if "tokens_delta" in n).detach()
    centred = rows - rows.mean(0)
    alike = cosine_similarity(centred[:, None], centred[None], dim=-1)
    assert (alike - torch.eye(len(rows))).max() < 0.9
    others = base.model.get_input_embeddings().weight
    assert 0.3 < rows.std() / others.std() < 3


def test_motion_rows_of_the_embedded_base_are_distinct(base):
    rows = base.model.get_input_embeddings().weight[base.motion_rows].detach()
    alike = cosine_similarity(rows[:, None], rows[None], dim=-1) - torch.eye(len(rows))
    assert alike.max() < 0.9


def test_a_step_moves_motion_rows_and_no_other(base, adapted, ids):
    embedding = adapted.base_model.model.get_input_embeddings().token_adapter
    before = embedding.get_merged_weights(["default"]).detach().clone()
    step(adapted, ids)
    after = embedding.get_merged_weights(["default"]).detach()
    moved = (before != after).any(1)
    others = torch.ones(len(before), dtype=torch.bool)
    others[base.motion_rows] = False
    assert moved[base.motion_rows].all()
    assert torch.equal(before[others], after[others])


def test_the_head_stays_tied_after_a_step_and_a_reload(base_folder, adapted, ids, tmp_path):
    def is_tied(model):
        inner = model.base_model.model
        rows = inner.get_input_embeddings().token_adapter.get_merged_weights(["default"])
        return torch.equal(rows, inner.lm_head.token_adapter.get_merged_weights(["default"]))

    step(adapted, ids)
    assert is_tied(adapted)
    adapted.save_pretrained(tmp_path)
    again = PeftModel.from_pretrained(loading.load_base(base_folder, CODES).model, tmp_path)
    assert is_tied(again)
    loading.never_pack(again)
    with torch.no_grad():
        adapted.train(False)
        loading.never_pack(adapted)
        assert torch.equal(adapted(input_ids=ids).logits, again.eval()(input_ids=ids).logits)


def test_the_adapter_file_holds_nothing_of_the_base(adapted, base, tmp_path):
    adapted.save_pretrained(tmp_path)
    saved = load_file(tmp_path / "adapter_model.safetensors")
    vocabulary_size = base.model.config.vocab_size
    assert not [name for name, value in saved.items() if value.shape[0] == vocabulary_size]
    expected = sum(p.numel() for p in adapters.trainable(adapted).values())
    assert sum(value.numel() for value in saved.values()) == expected


def test_an_evaluation_in_the_training_process_is_noticed(adapted, ids):
    """A CPU with AVX512-BF16 packs the weights by itself; elsewhere the flag is set here."""
    loading.assert_unpacked(adapted)
    adapted.eval()
    with torch.no_grad():
        adapted(input_ids=ids)
    layer = adapted.base_model.model.model.layers[0].mlp.up_proj.base_layer
    if not layer.support_avx512bf16_for_cpu:
        layer.weight.quant_state.packing_format_for_cpu = True
    with pytest.raises(RuntimeError, match="packed for inference"):
        loading.assert_unpacked(adapted)


def test_never_packed_for_prediction(adapted, ids):
    loading.never_pack(adapted)
    adapted.eval()
    with torch.no_grad():
        adapted(input_ids=ids)
    loading.assert_unpacked(adapted)
