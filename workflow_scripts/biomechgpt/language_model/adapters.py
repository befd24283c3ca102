"""Put adapters and trainable motion rows on a base model in 4 bits."""

from functools import partial
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

from biomechgpt.errors import InputError
from biomechgpt.language_model.loading import Base
from biomechgpt.language_model.soft_tokens import PROJECTOR, Projector, length_of_text
from biomechgpt.language_model.video_reader import VIDEO_READER, VideoReader
from biomechgpt.settings.finetune_section import LoraSettings

# The (?!...) excludes the vision tower of multimodal checkpoints, whose layers have the same names.
LORA_TARGETS = (
    r"(?!.*(vision|multi_modal)).*\.layers\.\d+\.(self_attn|mlp)"
    r"\.(q|k|v|o|gate|up|down)_proj"
)
PROJECTIONS_A_LAYER = 7


def add_adapters(
    base: Base, lora: LoraSettings, seed: int, codebook: torch.Tensor | None = None
) -> PeftModel:
    """Freeze the base; add LoRA and trainable motion rows.

    Call it after seeding. Everything trainable is float32. New rows, and those of turns that the base
    never read, start with the mean and spread of the text's rows: projected from the motion
    tokenizer's `codebook` (K, D), so that similar codes start close to each other, or without it at
    random. Equal rows would all get the same gradient.

    Raises:
        InputError: The base lacks projections that adapters are put on.
    """
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=LORA_TARGETS,
        trainable_token_indices={"embed_tokens": base.trained_rows},
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(base.model, config)
    n_projections = PROJECTIONS_A_LAYER * base.model.config.num_hidden_layers
    if len(model.targeted_module_names) != n_projections:
        raise InputError(
            f"Of {n_projections} projections of the base model (q, k, v, o, gate, up, down in each layer) "
            f"{len(model.targeted_module_names)} were found: its type is not supported."
        )
    # peft would write all of a resized embedding into every checkpoint.
    model.save_pretrained = partial(model.save_pretrained, save_embedding_layers=False)
    for parameter in trainable(model).values():
        parameter.data = parameter.data.float()
    if base.rows_are_new:
        delta = next(p for n, p in trainable(model).items() if "trainable_tokens_delta" in n)
        text_rows = _text_rows(base)
        start = _standard_rows(codebook, delta.shape, seed)
        delta.data.copy_(text_rows.mean(0) + text_rows.std(0) * start)
    return model


def add_projector(
    model: PeftModel, base: Base, shape: tuple[int, int], folder: Path | None = None
) -> None:
    """Give `model` a `projector` of features of this `shape` (K, E): that in `folder`, or a new one."""
    model.projector = Projector(*shape, *_embedding_scale(base)).to(base.model.device)
    if folder is not None and (folder / PROJECTOR).exists():
        model.projector.load_state_dict(load_file(folder / PROJECTOR))


def add_video_reader(
    model: PeftModel, base: Base, shape: tuple[int, int], folder: Path | None = None
) -> None:
    """Give `model` a `video_reader` of so many queries and features: that in `folder`, or a new one."""
    model.video_reader = VideoReader(*shape, *_embedding_scale(base)).to(base.model.device)
    if folder is not None:
        model.video_reader.load_state_dict(load_file(folder / VIDEO_READER))


def _embedding_scale(base: Base) -> tuple[int, float]:
    """How many numbers an embedding has, and their root mean square as the layers see those of text."""
    text_ids = _text_ids(base).to(base.model.device)
    return base.model.config.hidden_size, length_of_text(
        base.model.get_input_embeddings(), text_ids
    )


def _text_rows(base: Base) -> torch.Tensor:
    """The rows of the embedding that stand for text, (V, D)."""
    return base.model.get_input_embeddings().weight.detach().float().cpu()[_text_ids(base)]


def _text_ids(base: Base) -> torch.Tensor:
    """Which rows of the embedding stand for text, (V,)."""
    text = torch.ones(base.tokenizer.vocab_size, dtype=torch.bool)
    text[[row for row in base.trained_rows if row < len(text)]] = False
    return text.nonzero()[:, 0]


def _standard_rows(codebook: torch.Tensor | None, shape: torch.Size, seed: int) -> torch.Tensor:
    """First values of new rows, (R, D), with mean 0 and spread 1.

    A random projection keeps the distances within the codebook; the rows behind the codes, of start
    and end and of turns, are random.
    """
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(shape, generator=generator)
    if codebook is not None:
        centred = codebook - codebook.mean(0)
        projected = centred @ torch.randn(codebook.shape[1], shape[1], generator=generator)
        rows[: len(codebook)] = projected / projected.std()
    return rows


def trainable(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The parameters that training changes, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}
