"""Put adapters and trainable motion rows on a base model in 4 bits."""

from functools import partial

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from biomechgpt.language_model.loading import Base

# The (?!...) keeps out the vision tower of multimodal checkpoints, whose layers bear the same names.
LORA_TARGETS = (
    r"(?!.*(vision|multi_modal)).*\.layers\.\d+\.(self_attn|mlp)"
    r"\.(q|k|v|o|gate|up|down)_proj"
)


def add_adapters(
    base: Base, lora: dict, seed: int, codebook: torch.Tensor | None = None
) -> PeftModel:
    """Freeze the base; add LoRA of `lora` (rank, alpha, dropout) and trainable motion rows.

    Call after seeding. Everything trainable is float32. Rows that are new start with the mean and
    spread of the other rows: from the motion tokenizer's `codebook` (K, D) where it is given, so that
    like codes start alike, or at random. Equal rows could not be told apart by the gradient.
    """
    config = LoraConfig(
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=LORA_TARGETS,
        trainable_token_indices={"embed_tokens": base.motion_rows},
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(base.model, config)
    # peft would write the whole of a resized embedding into every checkpoint.
    model.save_pretrained = partial(model.save_pretrained, save_embedding_layers=False)
    for parameter in trainable(model).values():
        parameter.data = parameter.data.float()
    if base.rows_are_new:
        delta = next(p for n, p in trainable(model).items() if "trainable_tokens_delta" in n)
        old = _other_rows(base)
        places = _places(codebook, delta.shape, seed)
        delta.data.copy_(old.mean(0) + old.std(0) * places)
    return model


def _other_rows(base: Base) -> torch.Tensor:
    """The rows of the embedding that stand for text, (V, D)."""
    weight = base.model.get_input_embeddings().weight.detach().float().cpu()
    text = torch.ones(len(weight), dtype=torch.bool)
    text[base.motion_rows] = False
    text[base.tokenizer.vocab_size :] = False
    return weight[text]


def _places(codebook: torch.Tensor | None, shape: torch.Size, seed: int) -> torch.Tensor:
    """Where new rows start around the mean, (R, D), with a spread of 1.

    A codebook is projected at random, which keeps its distances; the two rows behind the codes,
    start and end, are random.
    """
    generator = torch.Generator().manual_seed(seed)
    places = torch.randn(shape, generator=generator)
    if codebook is not None:
        centred = codebook - codebook.mean(0)
        projected = centred @ torch.randn(codebook.shape[1], shape[1], generator=generator)
        places[: len(codebook)] = projected / projected.std()
    return places


def trainable(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The parameters that training changes, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}
