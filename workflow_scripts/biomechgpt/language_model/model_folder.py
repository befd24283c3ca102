"""The model folder: everything that answering questions about a new motion needs.

adapter/            LoRA weights and motion rows, nothing of the base (peft's own format)
language_tokenizer/ with the motion tokens named
base/               the base model, where it is the embedded one (`base` of model.json names any other)
motion_tokenizer/   weights and statistics of the motion tokenizer
model.json          provenance, joint order, frame rate, tasks, settings
training.jsonl      losses during training
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

from peft import PeftModel
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model import loading, vocabulary
from biomechgpt.language_model.checkpoint_source import locate, read_note
from biomechgpt.language_model.description import DESCRIPTION_FILE, read_description
from biomechgpt.tokenizer.tokens import TokensMetadata


class Model(NamedTuple):
    """A fine-tuned model, ready for prediction, and what `model.json` says of it."""

    model: PeftModel
    tokenizer: PreTrainedTokenizerFast
    description: dict


class Folders(NamedTuple):
    """What a model is made of besides its adapter."""

    base: Path
    motion_tokenizer: Path


def save_model(
    folder: Path,
    model: PeftModel,
    tokenizer: PreTrainedTokenizerFast,
    parts: Folders,
    description: dict,
) -> None:
    """Write all of a model folder but the metrics.

    An embedded base is copied, since no one else has it; of any other its source is noted.
    """
    checkpoint = read_note(parts.base)
    adapter = model.active_peft_config
    adapter.base_model_name_or_path = checkpoint["source"] if checkpoint else "base"
    adapter.revision = checkpoint["revision"] if checkpoint else None
    model.save_pretrained(folder / "adapter")
    tokenizer.save_pretrained(folder / "language_tokenizer")
    shutil.copytree(parts.motion_tokenizer, folder / "motion_tokenizer")
    if checkpoint is None:
        shutil.copytree(parts.base, folder / "base")
    description |= {"base": checkpoint}
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


def load_model(folder: Path) -> Model:
    """Load a model folder for prediction; InputError where its base is not to be found."""
    folder = Path(folder)
    description = read_description(folder)
    checkpoint, codebook_size = description["base"], description["motion_vocabulary_size"]
    if checkpoint is None:
        base = loading.load_base(folder / "base", codebook_size)
    else:
        found = locate(checkpoint["source"], checkpoint["revision"])
        base = loading.load_base(found, codebook_size, checkpoint["motion_tokens"] == "resize")
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder / "language_tokenizer")
    if vocabulary.motion_ids(tokenizer, codebook_size) != base.motion_rows:
        raise InputError(f"{folder}: its language tokenizer does not fit its base model.")
    loading.never_pack(base.model)
    model = PeftModel.from_pretrained(base.model, folder / "adapter").eval()
    return Model(model, tokenizer, description)


def check_tokens(metadata: TokensMetadata, tokenizer_sha256: str, source: str) -> None:
    """InputError where tokens come from another motion tokenizer than the one of `source`."""
    found = metadata.tokenizer_sha256
    if found != tokenizer_sha256:
        raise InputError(
            f"The tokens were made by motion tokenizer {found[:12]}, {source} needs those of "
            f"{tokenizer_sha256[:12]}: make them again with that tokenizer."
        )
