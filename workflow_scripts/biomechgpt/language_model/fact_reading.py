"""Teach an embedded base to say what kinematics measure, from the soft tokens of a motion encoder.

Adapters alone learn from few people how a number is read from soft tokens, and not at all where no
training person moves like it. Here all weights learn it, from the copies of training movements that
the encoder learnt from, at all speeds. No label is seen.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import Gemma3ForCausalLM, PreTrainedTokenizerFast, set_seed

from biomechgpt.checkpoints import checkpoint_folder, fingerprint
from biomechgpt.files import replacing
from biomechgpt.language_model import language_training
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.loading import device, weight_files
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.soft_tokens import PROJECTOR, Projector, length_of_text
from biomechgpt.language_model.vocabulary import is_motion_name
from biomechgpt.motion_encoder.encoder_folder import StoredEncoder, load_encoder
from biomechgpt.motion_encoder.feature_files import MotionFeatures, read_copies
from biomechgpt.motion_encoder.words import fact_questions

log = logging.getLogger(__name__)
QUESTIONS = 5  # a copy
COPIES_A_STEP = 16
MAX_LENGTH = 1024  # tokens of a sequence
LEARNING_RATE = 2e-3
ANSWER_WEIGHT = 10.0
NOISE = 0.1  # on features, in their spreads


def teach_facts(base: Path, encoder_folder: Path, copies: Path, folder: Path, code: str) -> None:
    """Write `base`, an embedded one, to `folder` as it reads after this, with its projector.

    Checkpoints must agree with `code`, the stage's code hash.
    """
    encoder = load_encoder(encoder_folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(base)
    examples = fact_examples(tokenizer, read_copies(encoder, copies), encoder)
    set_seed(encoder.cfg.seed)
    model = Gemma3ForCausalLM.from_pretrained(base, dtype=torch.float32).to(device())
    text = [row for name, row in tokenizer.get_vocab().items() if not is_motion_name(name)]
    ids = torch.tensor(sorted(text), device=device())
    length = length_of_text(model.get_input_embeddings(), ids)
    model.projector = Projector(*encoder.shape, model.config.hidden_size, length).to(device())
    training = language_training.Settings(
        LEARNING_RATE, 1, COPIES_A_STEP * QUESTIONS, encoder.cfg.seed,
        projector_learning_rate=LEARNING_RATE, answer_weight=ANSWER_WEIGHT,
    )  # fmt: skip
    checkpoints = checkpoint_folder(folder)
    mark = fingerprint(encoder.sha256, code, examples, weight_files(base))
    language_training.train(model, [examples], tokenizer.pad_token_id, training, checkpoints, mark)
    projector = model.projector
    del model.projector  # the rest is a model as any other
    with replacing(folder) as temporary:
        shutil.copytree(base, temporary)
        model.save_pretrained(temporary)
        save_file(projector.state_dict(), temporary / PROJECTOR)
    shutil.rmtree(checkpoints)


def fact_examples(
    tokenizer: PreTrainedTokenizerFast, copies: Sequence[MotionFeatures], encoder: StoredEncoder
) -> list[Example]:
    """`fact_epochs` passes over the copies, each with some questions that kinematics answer."""
    random, n_copies = np.random.default_rng(encoder.cfg.seed), len(copies)
    order = [random.permutation(n_copies) for _ in range(int(np.ceil(encoder.cfg.fact_epochs)))]
    examples = []
    for place in np.concatenate(order)[: round(encoder.cfg.fact_epochs * n_copies)]:
        copy = copies[place]
        questions = fact_questions(copy.facts, encoder.scale)
        pairs = [questions[i] for i in random.permutation(len(questions))[:QUESTIONS]]
        noise = NOISE * random.standard_normal(copy.features.shape, np.float32)
        motion = MotionInput(features=copy.features + noise)
        if pairs:
            examples.append(encode_example(tokenizer, motion, pairs, MAX_LENGTH))
    log.info("%d sequences about %d copies", len(examples), n_copies)
    return examples
