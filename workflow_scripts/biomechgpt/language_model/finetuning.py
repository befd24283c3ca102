"""Fine-tune a base model on questions about motions (QLoRA) and write the model folder."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from peft import PeftModel
from transformers import PreTrainedTokenizerFast, set_seed

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.checkpoints import checkpoint_folder, fingerprint
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model import adapters, language_training, loading
from biomechgpt.language_model.checkpoint_source import read_note
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.language_model.examples import Example
from biomechgpt.language_model.generation_examples import (
    generation_examples,
    generation_limits,
    training_conditions,
)
from biomechgpt.language_model.model_folder import Folders, check_tokens, save_model
from biomechgpt.language_model.motion_reading import Views, read_motions, with_videos
from biomechgpt.language_model.numbers import possible_numbers
from biomechgpt.language_model.training_examples import training_passes
from biomechgpt.language_model.training_metrics import copy_metrics
from biomechgpt.motion_encoder.encoder_folder import StoredEncoder, load_encoder
from biomechgpt.questions.conditions import in_turn
from biomechgpt.questions.questions_file import read_questions
from biomechgpt.questions.tasks import Task, read_tasks
from biomechgpt.settings.variant_run import VariantRun
from biomechgpt.settings.variants_section import SOFT
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokens import TokensMetadata, TokenTable, read_tokens
from biomechgpt.video.scaled_videos import StoredVideos, load_scaled_clips, load_videos

log = logging.getLogger(__name__)
PACKAGES = ("torch", "transformers", "peft", "bitsandbytes")


class Sources(NamedTuple):
    """The files that a model is made from."""

    tokens: Sequence[Path]
    questions: Path
    phrasings: Mapping[str, Path]  # by task
    base: Path  # a Hugging Face folder
    motion_tokenizer: Path
    motion_encoder: Path | None = None  # None where the motion is discrete
    features: Path | None = None
    videos: Path | None = None  # a folder of `video.scaled_videos`; None where no video is read
    conditions: Path | None = None  # of the generation task, if one is learnt beside


class Readers(NamedTuple):
    """What reads movements and videos for the model; None where the variant reads none."""

    encoder: StoredEncoder | None
    videos: StoredVideos | None


def finetune(sources: Sources, run: VariantRun, folder: Path, code: str) -> None:
    """Train adapters on the training questions and write the model folder (`model_folder`).

    Checkpoints must agree with `code`, the stage's code hash.

    Raises:
        InputError: Tokens and motion tokenizer do not belong together, or there is nothing to train on.
    """
    motion_tokenizer = load_tokenizer(sources.motion_tokenizer)
    table = read_tokens(sources.tokens)
    check_tokens(table.metadata, motion_tokenizer.sha256, str(sources.motion_tokenizer))
    questions = read_questions(sources.questions, ["train"])
    questions = questions[questions["task"].isin(run.tasks)]
    run = only_trained(run, questions)
    conditions = None if run.generation is None else training_conditions(sources.conditions)
    checkpoint = read_note(sources.base)
    resize = checkpoint is not None and checkpoint.motion_tokens == "resize"
    base = loading.load_base(sources.base, motion_tokenizer.model.vocabulary_size, resize)
    tasks = read_tasks(run.tasks, sources.phrasings)
    readers = Readers(
        sources.motion_encoder and load_encoder(sources.motion_encoder),
        sources.videos and load_videos(sources.videos),
    )
    motions = _motions(sources, run, table, readers)
    passes = _passes(base.tokenizer, questions, conditions, tasks, motions, table.metadata, run)
    from_codebook = checkpoint is not None and checkpoint.new_rows == "codebook"
    codebook = motion_tokenizer.model.code_vectors() if from_codebook else None
    model = _new_model(base, run, codebook, readers, sources.base)
    checkpoints = checkpoint_folder(folder)
    mark = fingerprint(run.to_dict(), code, passes, loading.weight_files(sources.base))
    training = settings(run, base.motion_rows)
    pad_id = base.tokenizer.pad_token_id
    language_training.train(model, passes, pad_id, training, checkpoints, mark)
    rate_hz = motion_tokenizer.frame_rate_hz
    description = _description(run, table.metadata, questions, passes[0], tasks, rate_hz)
    if conditions is not None:
        limits = generation_limits(run, conditions, motion_tokenizer, table)
        description = description.model_copy(update={"generation_limits": limits})
    folders = Folders(
        sources.base, sources.motion_tokenizer, sources.motion_encoder, sources.videos
    )
    with replacing(folder) as temporary:
        save_model(temporary, model, base.tokenizer, folders, description)
        copy_metrics(checkpoints, temporary)
    shutil.rmtree(checkpoints)


def _motions(
    sources: Sources, run: VariantRun, table: TokenTable, readers: Readers
) -> dict[str, Views]:
    motions = read_motions(run.motion, table, sources.features, readers.encoder)
    if readers.videos is None:
        return motions
    clips = load_scaled_clips(sources.videos)
    return with_videos(motions, clips, readers.videos.n_features, run.video)


def _passes(
    tokenizer: PreTrainedTokenizerFast,
    questions: pd.DataFrame,
    conditions: pd.DataFrame | None,
    tasks: Sequence[Task],
    motions: Mapping[str, Views],
    metadata: TokensMetadata,
    run: VariantRun,
) -> list[list[Example]]:
    """The examples of every epoch; with `conditions` those of the generation task among them."""
    passes = training_passes(tokenizer, questions, tasks, motions, metadata.codes_per_book, run)
    if conditions is None:
        return passes
    random = np.random.default_rng([run.seed, 1])  # what the questions draw stays as it is
    parts = (tokenizer, conditions, motions, metadata, run, random)
    return [examples + generation_examples(*parts) for examples in passes]


def _new_model(
    base: loading.Base,
    run: VariantRun,
    codebook: torch.Tensor | None,
    readers: Readers,
    base_folder: Path,
) -> PeftModel:
    """`base` with new adapters, and with what makes soft tokens where the variant reads some."""
    set_seed(run.seed)
    model = adapters.add_adapters(base, run.lora, run.seed, codebook)
    if run.motion in SOFT:
        adapters.add_projector(model, base, readers.encoder.shape, base_folder)
    if readers.videos is not None:
        adapters.add_video_reader(model, base, (run.video.queries, readers.videos.n_features))
    return model


def only_trained(run: VariantRun, questions: pd.DataFrame) -> VariantRun:
    """`run` with the tasks that have training questions, and the names of those left out.

    A model would answer the others, too, without having learnt anything about them.

    Raises:
        InputError: No task is left.
    """
    trained = set(questions["task"])
    left_out = [name for name in run.tasks if name not in trained]
    if not trained:
        raise InputError(
            f"variants.{run.variant}: none of its tasks ({', '.join(left_out)}) has training questions "
            f"in fold {run.fold}; the log of choose_trials says why each is left out. Take the "
            "variant out, or lower questions.min_training_participants."
        )
    tasks = {name: task for name, task in run.tasks.items() if name in trained}
    return run.model_copy(update={"tasks": tasks, "tasks_left_out": left_out})


def training_people(questions: pd.DataFrame) -> dict[str, dict]:
    """By task how many training participants have its label, and how many have each option."""
    people = questions.groupby("task")["participant_id"].nunique()
    with_options = questions[questions["kind"] == "classification"]
    by_option = with_options.groupby(["task", "answer"])["participant_id"].nunique()
    return {
        task: {
            "participants": int(n),
            "by_option": {o: int(k) for o, k in by_option.get(task, pd.Series(dtype=int)).items()},
        }
        for task, n in people.items()
    }


def settings(run: VariantRun, motion_rows: Sequence[int]) -> language_training.Settings:
    """The training settings of a run; the other keys of `finetune` concern its examples."""
    known = set(language_training.Settings._fields)
    values = {key: value for key, value in run.finetune.to_dict().items() if key in known}
    rows = motion_rows if run.finetune.motion_softmax == "motion" else None
    return language_training.Settings(seed=run.seed, motion_rows=rows, **values)


def _description(
    run: VariantRun,
    metadata: TokensMetadata,
    questions: pd.DataFrame,
    examples: list[Example],
    tasks: Sequence[Task],
    frame_rate_hz: float,
) -> ModelDescription:
    lengths = np.array([example.length() for example in examples])
    return ModelDescription(
        **{name: value for name, value in run if name != "generation" or value is not None},
        tokenizer_sha256=metadata.tokenizer_sha256,
        statistics_sha256=metadata.statistics_sha256,
        downsampling=metadata.downsampling,
        tokens_per_step=metadata.tokens_per_step,
        motion_vocabulary_size=metadata.vocabulary_size,
        max_length=run.finetune.max_length,
        possible_numbers=possible_numbers(questions, run.tasks),
        training_people=training_people(questions),
        training_participants=questions["participant_id"].nunique(),
        training_trials=questions["trial_id"].nunique(),
        training_questions=len(questions),
        training_sequences=len(examples),
        sequences_with_cut_motion=sum(e.motion.n_cut > 0 for e in examples),
        sequence_length_median=int(np.median(lengths)),
        sequence_length_max=int(lengths.max()),
        versions={name: version(name) for name in PACKAGES},
        questions={task.name: task.train[0].text for task in tasks},
        asked_in_turn=in_turn(run.tasks),
        phrasings={task.name: [p.text for p in task.train] for task in tasks},
        joints=list(JOINT_NAMES),
        frame_rate_hz=frame_rate_hz,
    )
