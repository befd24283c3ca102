"""Load a base model in 4 bits, with its language tokenizer.

The embedded base and checkpoints in a local folder are loaded in the same way. Of a multimodal Gemma 3
only the language model is loaded. A weight that is missing is an error; transformers would fill it with
random numbers and go on.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import bitsandbytes as bnb
import torch
import transformers
from safetensors import safe_open
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    AutoConfig,
    BitsAndBytesConfig,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from biomechgpt.errors import InputError
from biomechgpt.language_model import vocabulary
from biomechgpt.language_model.base_checks import check_base
from biomechgpt.language_model.base_tokenizer import read_tokenizer, untrained_turns

MULTIMODAL_KEYS = {  # the two spellings of a Gemma 3 with a vision tower
    r"^language_model\.model\.": "model.",
    r"^model\.language_model\.": "model.",
}
QUANTISED = (".absmax", ".quant_map", ".quant_state", ".qweight", ".qzeros", ".SCB", "weight_scale")

BYTES_ON_A_CPU = 10**9  # of weights, at most: a larger model would train for weeks

transformers.logging.disable_progress_bar()  # its output would go to a log file


class Base(NamedTuple):
    """A base model and its language tokenizer, in which the motion tokens are named."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    motion_rows: list[int]  # embedding rows: those of the codes, then start and end
    rows_are_new: bool  # until now the rows were reserved or missing, so they mean nothing yet
    turn_rows: Sequence[int] = ()  # around turns, where the base has never read a chat

    @property
    def trained_rows(self) -> list[int]:
        """The embedding rows that fine-tuning trains."""
        return [*self.motion_rows, *self.turn_rows]


def device() -> torch.device:
    """The first GPU, or the CPU.

    torch would try cuDNN's attention first, which plans anew for every length of a batch, and of which
    gradients that are no numbers are reported where a mask is used (pytorch 196678).
    """
    if not torch.cuda.is_available():
        return torch.device("cpu")
    torch.backends.cuda.enable_cudnn_sdp(False)
    return torch.device("cuda", 0)


def load_base(folder: Path, motion_vocabulary_size: int, resize: bool = False) -> Base:
    """Load model and tokenizer of `folder` for a motion vocabulary of `motion_vocabulary_size` codes.

    Weights of the projections are NF4 with doubly quantised scales; the arithmetic is float32 on a
    CPU and bfloat16 on a GPU. Motion tokens that the tokenizer does not have take reserved rows, or
    with `resize` new rows.

    Raises:
        InputError: The folder is no language model of a type that is supported, has missing weights, or
            needs a GPU.
    """
    if not (Path(folder) / "config.json").exists():
        raise InputError(f"{folder} holds no config.json: a Hugging Face folder is needed.")
    tokenizer = read_tokenizer(folder)
    rows_are_new = not vocabulary.has_motion(tokenizer)
    turn_rows = untrained_turns(tokenizer) if rows_are_new else []
    if rows_are_new:
        name_tokens = vocabulary.add_motion_rows if resize else vocabulary.name_motion_rows
        tokenizer = name_tokens(tokenizer, motion_vocabulary_size)
    rows = vocabulary.motion_ids(tokenizer, motion_vocabulary_size)
    model = load_model(folder)
    check_base(folder, model)
    if rows_are_new and resize:
        _resize(model, len(tokenizer))
    if max(rows) >= model.get_input_embeddings().num_embeddings:
        raise InputError(f"{folder}: the tokenizer has more pieces than the model has rows.")
    return Base(model, tokenizer, rows, rows_are_new, turn_rows)


def _resize(model: PreTrainedModel, n_rows: int) -> None:
    """Give the embedding at least `n_rows` rows; added rows are the mean of the others.

    transformers would draw them at random: Gemma 3 1B has an added row that no adapter trains or saves,
    so a reload would change it.
    """
    n_original = model.get_input_embeddings().num_embeddings
    model.resize_token_embeddings(max(n_rows, n_original), mean_resizing=False)
    weight = model.get_input_embeddings().weight.data
    weight[n_original:] = weight[:n_original].mean(0)


def load_model(folder: Path) -> PreTrainedModel:
    """The text model of `folder` in 4 bits.

    Raises:
        InputError: The folder is no language model, weights are missing or already quantised, or the
            model needs a GPU.
    """
    config = _config(folder)
    text_config = config.get_text_config()
    _check_not_quantised(folder, config)
    _check_machine(folder)
    precision = torch.bfloat16 if device().type == "cuda" else torch.float32
    model, loading = MODEL_FOR_CAUSAL_LM_MAPPING[type(text_config)].from_pretrained(
        folder,
        config=text_config,
        key_mapping=None if text_config is config else MULTIMODAL_KEYS,
        quantization_config=_four_bits(precision),
        dtype=precision,
        attn_implementation="sdpa",
        device_map={"": device()},
        local_files_only=True,
        output_loading_info=True,
    )
    if loading["missing_keys"]:
        first = sorted(loading["missing_keys"])[0]
        raise InputError(
            f"{folder} lacks {len(loading['missing_keys'])} weights of the model, {first} first. "
            "The checkpoint is damaged or has another architecture; fetch or build it again."
        )
    return model


def _config(folder: Path) -> PreTrainedConfig:
    """The configuration in `folder`; InputError where it is of no model that can be loaded as one."""
    try:
        config = AutoConfig.from_pretrained(folder)
    except ValueError as error:
        raise InputError(f"{folder}: transformers does not know this model. ({error})") from None
    kind = MODEL_FOR_CAUSAL_LM_MAPPING.get(type(config.get_text_config()), None)
    if kind is None or not kind._supports_sdpa:
        raise InputError(
            f"{folder}: {config.model_type!r} is no causal language model with torch's attention."
        )
    return config


def _check_not_quantised(folder: Path, config: PreTrainedConfig) -> None:
    """Raise InputError where the weights or `config` are quantised: both would override NF4."""
    names = [name for file in folder.glob("*.safetensors") for name in _tensor_names(file)]
    quantised = [name for name in names if any(sign in name for sign in QUANTISED)]
    configs = (config, config.get_text_config())
    if quantised:
        raise InputError(
            f"{folder} holds weights that were saved quantised, {quantised[0]} first. The workflow "
            "quantises them itself, to NF4: name the original weights in base_models.*.source."
        )
    if any(hasattr(part, "quantization_config") for part in configs):
        raise InputError(
            f"{folder / 'config.json'} has quantization_config, but the weights beside it are plain: take "
            "that key out of config.json."
        )


def _tensor_names(file: Path) -> list[str]:
    with safe_open(file, "pt") as tensors:
        return list(tensors.keys())


def _check_machine(folder: Path) -> None:
    """Raise InputError where this machine cannot train the model: in Gemma 3 float16 overflows."""
    n_bytes = sum(size for _, size, _ in weight_files(folder))
    if not torch.cuda.is_available():
        if n_bytes > BYTES_ON_A_CPU:
            raise InputError(
                f"{folder} has {n_bytes / 1e9:.1f} GB of weights and needs a GPU with CUDA, which this "
                "machine does not show: run on another machine, or give the variant an embedded base_model."
            )
    elif not torch.cuda.is_bf16_supported(including_emulation=False):
        raise InputError(
            f"{torch.cuda.get_device_name(0)} has no bfloat16, which is needed: take a GPU of "
            "compute capability 8.0 or more (Ampere or later)."
        )


def weight_files(folder: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of every weight file, which tell base models apart without reading them."""
    files = sorted(Path(folder).glob("*.safetensors"))
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]


def _four_bits(precision: torch.dtype) -> BitsAndBytesConfig:
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=precision,
        llm_int8_skip_modules=["lm_head"],
    )


def never_pack(model: torch.nn.Module) -> None:
    """Keep bitsandbytes from packing 4-bit weights in eval mode, so that the arithmetic is float32.

    Packed kernels compute in bfloat16: answers would depend on the CPU and on the batch.
    """
    for module in model.modules():
        if isinstance(module, bnb.nn.Linear4bit):
            module.support_avx512bf16_for_cpu = False


def assert_unpacked(model: torch.nn.Module) -> None:
    """Raise RuntimeError if a 4-bit weight was repacked for inference.

    bitsandbytes does so on CPUs with AVX512-BF16 in the first forward pass in eval mode. Gradients
    through packed weights are wrong without an error, so a model in training is never evaluated.
    """
    packed = [
        name
        for name, module in model.named_modules()
        if isinstance(module, bnb.nn.Linear4bit)
        and getattr(module.weight.quant_state, "packing_format_for_cpu", False)
    ]
    if packed:
        raise RuntimeError(
            f"{len(packed)} 4-bit weights ({packed[0]} first) are packed for inference: gradients "
            "would be wrong. Do not run the model in eval mode in the process that trains it."
        )
