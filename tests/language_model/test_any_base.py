"""Every supported type of base model: transformers' logits, plain peft's reload, its own chat layout."""

import shutil

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    GPT2Config,
    GPT2LMHeadModel,
    GraniteConfig,
    GraniteForCausalLM,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters, loading, vocabulary
from biomechgpt.language_model.batches import Weights, collate, losses, pad_rows
from biomechgpt.language_model.checkpoint_source import link_checkpoint
from biomechgpt.language_model.examples import answer_end, encode_example, encode_prompts
from biomechgpt.language_model.finetuning import finetune
from biomechgpt.language_model.forward import cross_entropy, hidden_states, logits
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.prediction import predict
from biomechgpt.settings.base_models_section import CheckpointBaseSettings
from biomechgpt.settings.finetune_section import LoraSettings
from tests.helpers.checkpoint_layouts import byte_level_tokenizer
from tests.helpers.small_model import trained_with

CODES = 16
LORA = LoraSettings(rank=4, alpha=8, dropout=0.0)
EXCHANGES = [("Is the walking impaired, yes or no?", "yes"), ("How fast in m/s?", "0.57")]


def settings_of(folder, resize) -> CheckpointBaseSettings:
    return CheckpointBaseSettings(
        kind="checkpoint", source=str(folder), revision=None, new_rows="codebook",
        motion_tokens="resize" if resize else "reserved",
    )  # fmt: skip


def plain_model(folder):
    """What anybody loads with transformers alone, in 4 bits."""
    nf4 = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )  # fmt: skip
    return AutoModelForCausalLM.from_pretrained(
        folder, quantization_config=nf4, dtype=torch.float32
    )


def single_rows(base, motions):
    """Sequences of different lengths, one question each, the last longer than a sliding window."""
    examples = [
        encode_example(base.tokenizer, MotionInput(m), EXCHANGES[:1], 128) for m in motions[:3]
    ]
    return collate(examples, base.tokenizer.pad_token_id, Weights())


@torch.no_grad()
def test_logits_are_those_of_plain_transformers(any_base, motions):
    folder, resize = any_base
    base = loading.load_base(folder, CODES, resize)
    batch = single_rows(base, motions)
    model, plain = base.model.train(), plain_model(folder).train()
    if resize:
        loading._resize(plain, len(base.tokenizer))
    lean = logits(model, hidden_states(model, batch))
    for row in range(len(lean)):
        length = int(batch["loss_weights"][row].count_nonzero()) + 1
        expected = plain(input_ids=batch["input_ids"][row : row + 1, :length]).logits[0]
        assert torch.allclose(lean[row, :length], expected, atol=1e-3, rtol=1e-4)


def gradient(model, batch):
    model.zero_grad()
    hidden = hidden_states(model, batch)
    losses(hidden, batch, lambda *pair: cross_entropy(model, *pair)).weighted_sum.backward()
    return torch.cat([p.grad.flatten() for p in adapters.trainable(model).values()])


def test_shared_motions_teach_what_separate_sequences_do(any_base, motions):
    base = loading.load_base(*any_base[:1], CODES, any_base[1])
    model = adapters.add_adapters(base, LORA, 0).train()
    for name, parameter in adapters.trainable(model).items():  # LoRA starts at no effect
        torch.nn.init.normal_(parameter, std=0.05) if "lora_B" in name else None
    examples = [
        encode_example(base.tokenizer, MotionInput(motions[i]), EXCHANGES, 128) for i in (2, 19)
    ]
    apart = [type(e)(e.motion, [question]) for e in examples for question in e.questions]
    pad_id = base.tokenizer.pad_token_id
    together = gradient(model, collate(examples, pad_id, Weights(answer=3.0)))
    separate = gradient(model, collate(apart, pad_id, Weights(answer=3.0)))
    assert (together - separate).norm() / separate.norm() < 1e-5


@pytest.fixture(scope="module")
def fine_tuned(any_base, sources, variant_run, tmp_path_factory):
    """A model folder made from each base, its base folder and whether that was resized."""
    folder, resize = any_base
    linked = tmp_path_factory.mktemp("linked") / "base"
    link_checkpoint(settings_of(folder, resize), linked)
    made = tmp_path_factory.mktemp("models") / "seed-0"
    run = trained_with(variant_run, max_length=256)  # a question is longer in small byte pieces
    finetune(sources._replace(base=linked), run, made, "code")
    return made, folder, resize


@torch.no_grad()
def test_the_adapter_loads_with_plain_peft(fine_tuned, motions):
    made, folder, resize = fine_tuned
    tokenizer = PreTrainedTokenizerFast.from_pretrained(made / "language_tokenizer")
    plain = plain_model(folder)
    if resize:
        rows = max(len(tokenizer), plain.get_input_embeddings().num_embeddings)
        plain.resize_token_embeddings(rows, mean_resizing=False)
        weight = plain.get_input_embeddings().weight.data
        n_before = load_file(folder / "model.safetensors")["model.embed_tokens.weight"].shape[0]
        weight[n_before:] = weight[:n_before].mean(0)
    plain = PeftModel.from_pretrained(plain, made / "adapter").train(False)
    loading.never_pack(plain)
    loaded = load_model(made)
    prompts = loaded.prompts(MotionInput(motions[3]), [EXCHANGES[0][0]])
    ids = torch.tensor([prompts.motion.ids + prompts.questions[0]])
    row = {"input_ids": ids[0].tolist(), "predecessors": list(range(-1, ids.shape[1] - 1))}
    batch = pad_rows([row], 0)
    lean = logits(loaded.model, hidden_states(loaded.model, batch))[0]
    assert torch.allclose(lean, plain(input_ids=ids).logits[0], atol=1e-3, rtol=1e-3)


def test_a_model_of_any_base_answers_every_question(fine_tuned, questions, motions):
    loaded = load_model(fine_tuned[0])
    of_test = questions[questions["split"] == "test"]
    rows = predict(
        loaded, of_test, {f"t{i}": MotionInput(motion) for i, motion in enumerate(motions)}
    )
    assert len(rows) == len(of_test)
    for row in rows:
        if row["kind"] == "classification":
            assert sum(row["probabilities"]) == pytest.approx(1)
        else:
            assert row["number_low"] <= row["number_median"] <= row["number_high"]


def test_the_adapter_holds_new_rows_and_nothing_else_of_the_embedding(fine_tuned):
    made, folder, _ = fine_tuned
    saved = load_file(made / "adapter/adapter_model.safetensors")
    (rows,) = [value for name, value in saved.items() if "trainable_tokens_delta" in name]
    stock = load_file(folder / "model.safetensors")["model.embed_tokens.weight"]
    assert CODES + 2 <= len(rows) <= CODES + 4
    assert not [name for name, value in saved.items() if value.shape[0] >= len(stock)]


def test_a_question_with_its_answer_is_what_the_chat_template_writes(any_base):
    base = loading.load_base(*any_base[:1], CODES, any_base[1])
    turns = [
        {"role": "user", "content": "<motion_start><motion_7><motion_end> How fast?"},
        {"role": "assistant", "content": "0.57"},
    ]
    text = base.tokenizer.apply_chat_template(turns, tokenize=False)
    example = encode_example(base.tokenizer, MotionInput([7]), [("How fast?", "0.57")], 128)
    ids = example.motion.ids + example.questions[0].input_ids
    assert ids == base.tokenizer.encode(text, add_special_tokens=False)
    answer = [t for t, m in zip(ids[-len(example.questions[0].answer_mask) :],
                                example.questions[0].answer_mask, strict=True) if m]  # fmt: skip
    assert answer[-1] == answer_end(base.tokenizer).stop_id
    assert base.tokenizer.decode(answer, skip_special_tokens=True) == "0.57"


def test_a_question_with_control_text_of_the_base_is_refused(any_base):
    base = loading.load_base(*any_base[:1], CODES, any_base[1])
    stop = base.tokenizer.convert_ids_to_tokens(answer_end(base.tokenizer).stop_id)
    with pytest.raises(InputError, match="reserved text"):
        encode_prompts(base.tokenizer, MotionInput([1]), [f"How fast? {stop}"], 128, 8)


@pytest.mark.parametrize("any_base", ["smollm2", "qwen3"], indirect=True)
def test_without_reserved_pieces_the_error_says_how_rows_are_added(any_base):
    with pytest.raises(InputError, match=r"0 reserved pieces.*motion_tokens: resize"):
        loading.load_base(any_base[0], CODES)


@pytest.mark.parametrize("any_base", ["qwen3"], indirect=True)
def test_padding_rows_of_the_checkpoint_are_used_before_rows_are_added(any_base):
    stock = load_file(any_base[0] / "model.safetensors")["model.embed_tokens.weight"]
    base = loading.load_base(any_base[0], CODES, resize=True)
    assert min(base.motion_rows) == len(stock) - 11
    assert base.model.get_input_embeddings().num_embeddings == len(stock) - 11 + CODES + 2


@pytest.fixture
def copied(any_base, tmp_path):
    return shutil.copytree(any_base[0], tmp_path / "copied")


only_qwen3 = pytest.mark.parametrize("any_base", ["qwen3"], indirect=True)
only_gemma = pytest.mark.parametrize("any_base", ["1b"], indirect=True)


@only_qwen3
def test_a_head_that_is_not_tied_is_refused(copied):
    config = Qwen3Config.from_pretrained(copied)
    config.tie_word_embeddings = False
    AutoModelForCausalLM.from_config(config).save_pretrained(copied)
    with pytest.raises(InputError, match="head of this model is not tied"):
        loading.load_base(copied, CODES, resize=True)


@only_qwen3
def test_a_tokenizer_that_groups_digits_is_refused(copied):
    grouped = byte_level_tokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], False)
    grouped.add_tokens(["57", "12"])
    grouped.chat_template = PreTrainedTokenizerFast.from_pretrained(copied).chat_template
    grouped.save_pretrained(copied)
    with pytest.raises(InputError, match=r"reads 1\.12 as 1 \. 12.*digit by digit"):
        loading.load_base(copied, CODES, resize=True)


@only_qwen3
@pytest.mark.parametrize(
    ("template", "words"),
    [
        (None, "has no chat template, and its tokenizer has no <start_of_turn>"),
        ("{{ strftime_now('%d %b %Y') }}{{ messages[-1]['content'] }}<|im_end|>", "today's date"),
        ("{% for m in messages %}{{ m['content'] }}{% endfor %}", "no piece of its own"),
        ("{% for m in messages %}{{ m['content'] }} END{% endfor %}", "no piece of its own"),
    ],
    ids=["none", "date", "nothing behind the answer", "a word behind the answer"],
)
def test_a_chat_template_that_cannot_be_used_is_refused(copied, template, words):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(copied)
    tokenizer.chat_template = template
    (copied / "chat_template.jinja").unlink()
    tokenizer.save_pretrained(copied)
    with pytest.raises(InputError, match=words):
        loading.load_base(copied, CODES, resize=True)


@only_gemma
def test_a_base_without_a_template_gets_one_and_learns_its_turns(copied):
    """Rows of turns that were never read cost some 30 nats an answer while they are frozen."""
    (copied / "chat_template.jinja").unlink()
    base = loading.load_base(copied, CODES)
    assert base.tokenizer.chat_template == vocabulary.CHAT_TEMPLATE
    turns = base.tokenizer.convert_tokens_to_ids(["<start_of_turn>", "<end_of_turn>"])
    before = base.model.get_input_embeddings().weight[turns].clone()
    model = adapters.add_adapters(base, LORA, 0)
    rows = next(p for n, p in adapters.trainable(model).items() if "tokens_delta" in n)
    assert base.trained_rows[-2:] == turns
    assert len(rows) == CODES + 4
    assert torch.cosine_similarity(rows[-2:].detach(), before, dim=1).abs().max() < 0.7
    batch = collate(
        [encode_example(base.tokenizer, MotionInput([1, 2]), EXCHANGES, 128)], 0, Weights()
    )
    gradient(model, batch)
    assert rows.grad[-2:].abs().sum(1).min() > 0


@only_gemma
def test_turns_of_a_base_with_its_own_template_stay_frozen(copied):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(copied)
    tokenizer.chat_template = vocabulary.CHAT_TEMPLATE + "{# an instruction-tuned model's #}"
    tokenizer.save_pretrained(copied)
    base = loading.load_base(copied, CODES)
    assert base.trained_rows == base.motion_rows


OTHER_TYPES = [
    (GraniteForCausalLM, GraniteConfig(
        hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        vocab_size=420, logits_scaling=8.0, tie_word_embeddings=True,
    )),
    (GPT2LMHeadModel, GPT2Config(n_embd=32, n_layer=2, n_head=2, vocab_size=420)),
]  # fmt: skip


@only_qwen3
@pytest.mark.parametrize(("kind", "config"), OTHER_TYPES, ids=["logits scaled", "other names"])
def test_a_type_that_is_read_otherwise_is_refused_by_name(copied, kind, config):
    (copied / "model.safetensors").unlink()
    torch.manual_seed(0)
    kind(config).save_pretrained(copied)
    with pytest.raises(InputError, match=f"type '{config.model_type}'.* is not supported"):
        loading.load_base(copied, CODES, resize=True)


@only_qwen3
def test_what_is_no_language_model_is_refused(copied):
    (copied / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(InputError, match="'vit' is no causal language model"):
        loading.load_base(copied, CODES, resize=True)
    (copied / "config.json").write_text('{"model_type": "gemma2"}')
    with pytest.raises(InputError, match="'gemma2' is no causal language model with torch's"):
        loading.load_base(copied, CODES, resize=True)
    (copied / "config.json").write_text('{"model_type": "of tomorrow"}')
    with pytest.raises(InputError, match="transformers does not know this model"):
        loading.load_base(copied, CODES, resize=True)
