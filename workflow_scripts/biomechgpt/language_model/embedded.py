"""Build the embedded base model: a small Gemma 3 and its language tokenizer, pretrained here.

It reads the movements of training participants and the training phrasings of the questions, and no
label (`pretraining`), so that fine-tuning starts where it would start from a real checkpoint that had
seen movement: it knows how motion goes on and how questions read.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, PreTrainedTokenizerFast, set_seed

from biomechgpt.checkpoints import checkpoint_folder, fingerprint
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model import language_training, pretraining, vocabulary
from biomechgpt.language_model.loading import device
from biomechgpt.language_model.training_metrics import copy_metrics
from biomechgpt.questions.tasks import Task
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.tokenizer.tokens import read_tokens

MAX_POSITIONS = 4096
MAX_LENGTH = 1024  # tokens of a pretraining sequence
OPTIONS_REPEATED = 20  # in the texts of the language tokenizer
REPLY_WEIGHT = 10.0  # of a reply's tokens in the loss: at 1 questions are hardly understood
SPREAD_TIMES_ROOT_WIDTH = 0.8  # of the first weights; Gemma's 0.02 at a width of 1152 is 0.68
LAYERS_A_GLOBAL_ONE = 6  # Gemma 3: five sliding layers, then a global one


class Motions(NamedTuple):
    """Token sequences, how long a token lasts, and how many codes there are."""

    views: list[tuple[np.ndarray, ...]]  # of each motion: as it is, mirrored
    seconds_per_token: float
    codebook_size: int


def gemma_config(cfg: dict, tokenizer: PreTrainedTokenizerFast) -> Gemma3TextConfig:
    """A text configuration with Gemma 3's layout; the last layer is global in any case.

    Every head has its own keys and values: shared, as in the 1B model, they would be 32 numbers a
    token here.
    """
    layers = cfg["layers"]
    types = [
        "full_attention" if (i + 1) % LAYERS_A_GLOBAL_ONE == 0 or i == layers - 1
        else "sliding_attention" for i in range(layers)
    ]  # fmt: skip
    return Gemma3TextConfig(
        vocab_size=len(tokenizer),
        hidden_size=cfg["width"],
        intermediate_size=cfg["feed_forward"],
        num_hidden_layers=layers,
        num_attention_heads=cfg["heads"],
        num_key_value_heads=cfg["heads"],
        head_dim=cfg["width"] // cfg["heads"],
        query_pre_attn_scalar=cfg["width"] // cfg["heads"],
        max_position_embeddings=MAX_POSITIONS,
        sliding_window=cfg["sliding_window"],
        layer_types=types,
        tie_word_embeddings=True,
        initializer_range=SPREAD_TIMES_ROOT_WIDTH / cfg["width"] ** 0.5,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")],
    )


def build_base_model(
    cfg: dict,
    motions: Motions,
    tasks: Sequence[Task],
    folder: Path,
    code: str,
) -> None:
    """Write the pretrained base model to `folder`, as any Hugging Face model folder.

    `cfg` is one entry of the config's `base_models`; `motions` are those of training participants, of
    `tasks` the training phrasings and options are read; `code` is the stage's code hash, which
    checkpoints must agree with. InputError where either is empty.
    """
    if not motions.views or not len(tasks):
        raise InputError(
            f"The base model needs training data: {len(motions.views)} motions and {len(tasks)} "
            "tasks were given. Check that the fold has training participants with tokens."
        )
    tokenizer = language_tokenizer(tasks, cfg["vocabulary"], motions.codebook_size)
    examples = pretraining.pretraining_examples(
        tokenizer,
        motions.views,
        motions.seconds_per_token,
        tasks,
        cfg["epochs"],
        MAX_LENGTH,
        cfg["seed"],
    )
    set_seed(cfg["seed"])
    model = Gemma3ForCausalLM(gemma_config(cfg, tokenizer)).to(device())
    settings = language_training.Settings(
        cfg["learning_rate"], 1, cfg["batch_size"], cfg["seed"], answer_weight=REPLY_WEIGHT
    )
    mark = fingerprint(cfg, code, examples)
    checkpoints = checkpoint_folder(folder)
    language_training.train(model, [examples], tokenizer.pad_token_id, settings, checkpoints, mark)
    with replacing(folder) as temporary:
        model.to(torch.float32).save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        copy_metrics(checkpoints, temporary)
        description = {"config": cfg, "motions": len(motions.views), "sequences": len(examples)}
        (temporary / "embedded.json").write_text(json.dumps(description, indent=2) + "\n")
    shutil.rmtree(checkpoints)


def language_tokenizer(
    tasks: Sequence[Task], vocabulary_size: int, codebook_size: int
) -> PreTrainedTokenizerFast:
    """A tokenizer that knows the training phrasings and has one piece for each word of an option.

    What is decided at a second piece ("stand" or "stairs", behind "st") is hardly learnt.
    """
    texts = [phrasing.text for task in tasks for phrasing in task.train]
    texts += [pretraining.RECALL, pretraining.DURATION, pretraining.REPEAT]
    texts += [option for task in tasks for option in task.options] * OPTIONS_REPEATED
    tokenizer = vocabulary.train_tokenizer(texts, vocabulary_size, codebook_size)
    return vocabulary.name_motion_rows(tokenizer, codebook_size)


def training_motions(
    token_paths: Sequence[os.PathLike], folds_path: os.PathLike, fold: str
) -> Motions:
    """The motions of the fold's training participants."""
    folds = read_folds(folds_path)
    chosen = folds[(folds["fold"] == fold) & (folds["split"] == "train")]
    participants = set(chosen["participant_id"])
    table = read_tokens(token_paths)
    motions = zip(table.participant_ids, table.tokens, table.mirrored, strict=True)
    return Motions(
        [tuple(views) for participant, *views in motions if participant in participants],
        table.metadata.seconds_per_token,
        table.metadata.vocabulary_size,
    )
