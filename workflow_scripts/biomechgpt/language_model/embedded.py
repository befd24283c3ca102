"""Build the embedded base model: a small Gemma 3 and its language tokenizer, pretrained here.

It reads the movements of training participants and the training phrasings of the questions, but no
label (`pretraining`): so fine-tuning starts as from a real checkpoint that has seen movement, with a
model that knows how a motion continues and what questions look like.
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
from biomechgpt.questions.tasks import Task, options_of
from biomechgpt.settings.base_models_section import EmbeddedBaseSettings
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.tokenizer.tokens import read_tokens

MAX_POSITIONS = 4096
MAX_LENGTH = 1024  # tokens of a pretraining sequence
OPTION_COPIES = 20  # in the texts that the language tokenizer is trained on
REPLY_WEIGHT = 10.0  # of a reply's tokens in the loss: at 1 the model hardly understands questions
SPREAD_TIMES_ROOT_WIDTH = (
    0.8  # of initial weights; Gemma's spread of 0.02 at a width of 1152 is 0.68
)
GLOBAL_EVERY = 6  # layers of Gemma 3: five sliding ones, then a global one


class Motions(NamedTuple):
    """Motions as tokens, the duration of a token, and how many motion tokens there are."""

    views: list[tuple[np.ndarray, ...]]  # each motion as it is, and mirrored
    seconds_per_token: float
    motion_vocabulary_size: int


def gemma_config(
    settings: EmbeddedBaseSettings, tokenizer: PreTrainedTokenizerFast
) -> Gemma3TextConfig:
    """The configuration of a small Gemma 3; its last layer is global in any case.

    Every head has its own keys and values: shared ones, as in the 1B model, would have only 32 numbers
    a token at this size.
    """
    layers = settings.layers
    types = [
        "full_attention" if (i + 1) % GLOBAL_EVERY == 0 or i == layers - 1
        else "sliding_attention" for i in range(layers)
    ]  # fmt: skip
    return Gemma3TextConfig(
        vocab_size=len(tokenizer),
        hidden_size=settings.width,
        intermediate_size=settings.feed_forward,
        num_hidden_layers=layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.heads,
        head_dim=settings.width // settings.heads,
        query_pre_attn_scalar=settings.width // settings.heads,
        max_position_embeddings=MAX_POSITIONS,
        sliding_window=settings.sliding_window,
        layer_types=types,
        tie_word_embeddings=True,
        initializer_range=SPREAD_TIMES_ROOT_WIDTH / settings.width**0.5,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")],
    )


def build_base_model(
    settings: EmbeddedBaseSettings,
    motions: Motions,
    tasks: Sequence[Task],
    folder: Path,
    code: str,
    prompts: Sequence[str] = (),
) -> None:
    """Write the pretrained base model to `folder`, a Hugging Face model folder.

    It learns from `motions` of training participants, and from the training phrasings and options of
    `tasks`; its language tokenizer also knows the words of `prompts`. Checkpoints must agree with
    `code`, the stage's code hash.

    Raises:
        InputError: There are no motions or no tasks.
    """
    if not motions.views or not len(tasks):
        raise InputError(
            f"The base model needs training data, but there are {len(motions.views)} motions and "
            f"{len(tasks)} tasks. Check that the fold has training participants with tokens."
        )
    tokenizer = language_tokenizer(
        tasks, settings.vocabulary, motions.motion_vocabulary_size, prompts
    )
    examples = pretraining.pretraining_examples(
        tokenizer,
        motions.views,
        motions.seconds_per_token,
        tasks,
        settings.epochs,
        MAX_LENGTH,
        settings.seed,
    )
    set_seed(settings.seed)
    model = Gemma3ForCausalLM(gemma_config(settings, tokenizer)).to(device())
    training = language_training.Settings(
        settings.learning_rate, 1, settings.batch_size, settings.seed, answer_weight=REPLY_WEIGHT
    )
    mark = fingerprint(settings.to_dict(), code, examples)
    checkpoints = checkpoint_folder(folder)
    language_training.train(model, [examples], tokenizer.pad_token_id, training, checkpoints, mark)
    with replacing(folder) as temporary:
        model.to(torch.float32).save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        copy_metrics(checkpoints, temporary)
        counts = {"motions": len(motions.views), "sequences": len(examples)}
        description = json.dumps({"config": settings.to_dict(), **counts}, indent=2)
        (temporary / "embedded.json").write_text(description + "\n")
    shutil.rmtree(checkpoints)


def language_tokenizer(
    tasks: Sequence[Task],
    vocabulary_size: int,
    motion_vocabulary_size: int,
    prompts: Sequence[str] = (),
) -> PreTrainedTokenizerFast:
    """A tokenizer of the training phrasings, with a single piece for each word of an option or prompt.

    Options that differ only in their second piece ("st|and", "st|airs") are hardly learnt.
    """
    texts = [phrasing.text for task in tasks for phrasing in task.train]
    texts += [pretraining.RECALL, pretraining.DURATION, pretraining.REPEAT]
    texts += [option for task in tasks for option in options_of(task.settings)] * OPTION_COPIES
    texts += list(prompts) * OPTION_COPIES
    tokenizer = vocabulary.train_tokenizer(texts, vocabulary_size, motion_vocabulary_size)
    return vocabulary.name_motion_rows(tokenizer, motion_vocabulary_size)


def training_motions(
    token_paths: Sequence[os.PathLike], folds_path: os.PathLike, fold: str
) -> Motions:
    """The motions of the fold's training participants."""
    folds = read_folds(folds_path)
    training = folds[(folds["fold"] == fold) & (folds["split"] == "train")]
    participants = set(training["participant_id"])
    table = read_tokens(token_paths)
    motions = zip(table.participant_ids, table.tokens, table.mirrored, strict=True)
    return Motions(
        [tuple(views) for participant, *views in motions if participant in participants],
        table.metadata.seconds_per_token,
        table.metadata.vocabulary_size,
    )
