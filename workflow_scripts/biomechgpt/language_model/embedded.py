"""Build the embedded base model: a small Gemma 3 and its language tokenizer, pretrained here.

It reads the movements of training participants and the training phrasings of the questions, and no
answers (replies are drawn at random), so that fine-tuning starts where it would start from a real
checkpoint that had seen movement: it knows how motion goes on and how questions read.
"""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, PreTrainedTokenizerFast, set_seed

from biomechgpt.checkpoints import checkpoint_folder, fingerprint
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model import training, vocabulary
from biomechgpt.language_model.examples import pretraining_examples
from biomechgpt.language_model.loading import device
from biomechgpt.questions.tasks import Task
from biomechgpt.tokenizer.tokens import read_tokens

MAX_POSITIONS = 4096
MAX_LENGTH = 1024  # tokens of a pretraining sequence
LAYERS_A_GLOBAL_ONE = 6  # Gemma 3: five sliding layers, then a global one


def gemma_config(cfg: dict, tokenizer: PreTrainedTokenizerFast) -> Gemma3TextConfig:
    """A text configuration with Gemma 3's layout; the last layer is global in any case."""
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
        num_key_value_heads=1,
        head_dim=cfg["width"] // cfg["heads"],
        query_pre_attn_scalar=cfg["width"] // cfg["heads"],
        max_position_embeddings=MAX_POSITIONS,
        sliding_window=cfg["sliding_window"],
        layer_types=types,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")],
    )


def build_base_model(
    cfg: dict,
    motions: Sequence[np.ndarray],
    tasks: Sequence[Task],
    codebook_size: int,
    folder: Path,
    code: str,
) -> None:
    """Write the pretrained base model to `folder`, as any Hugging Face model folder.

    `cfg` is one entry of the config's `base_models`; `motions` are the token sequences of training
    participants, of `tasks` the training phrasings and options are read; `code` is the stage's code hash,
    which checkpoints must agree with. InputError where either is empty.
    """
    if not len(motions) or not len(tasks):
        raise InputError(
            f"The base model needs training data: {len(motions)} motions and {len(tasks)} "
            "tasks were given. Check that the fold has training participants with tokens."
        )
    texts = [phrasing.text for task in tasks for phrasing in task.train]
    tokenizer = vocabulary.train_tokenizer(texts, cfg["vocabulary"], codebook_size)
    tokenizer = vocabulary.name_motion_rows(tokenizer, codebook_size)
    examples = pretraining_examples(
        tokenizer, motions, tasks, cfg["epochs"], MAX_LENGTH, cfg["seed"]
    )
    set_seed(cfg["seed"])
    model = Gemma3ForCausalLM(gemma_config(cfg, tokenizer)).to(device())
    settings = training.Settings(cfg["learning_rate"], 1, cfg["batch_size"], cfg["seed"])
    mark = fingerprint(cfg, code, examples)
    checkpoints = checkpoint_folder(folder)
    metrics = training.train(model, [examples], tokenizer.pad_token_id, settings, checkpoints, mark)
    with replacing(folder) as temporary:
        model.to(torch.float32).save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        shutil.copy(metrics, temporary)
        description = {"config": cfg, "motions": len(motions), "sequences": len(examples)}
        (temporary / "embedded.json").write_text(json.dumps(description, indent=2) + "\n")
    shutil.rmtree(checkpoints)


def training_motions(
    token_paths: Sequence[os.PathLike], folds_path: os.PathLike, fold: str
) -> tuple[list[np.ndarray], int]:
    """The token sequences of the fold's training participants, and the codebook's size."""
    folds = pd.read_csv(folds_path, sep="\t", dtype=str)
    chosen = folds[(folds["fold"] == fold) & (folds["split"] == "train")]
    participants = set(chosen["participant_id"])
    table = read_tokens(token_paths)
    pairs = zip(table.participant_ids, table.tokens, strict=True)
    motions = [tokens for participant, tokens in pairs if participant in participants]
    return motions, int(table.metadata["codebook_size"])
