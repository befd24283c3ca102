"""Fine-tune a base model on questions about motions (QLoRA) and write the model folder."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from transformers import set_seed

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.checkpoints import checkpoint_folder, fingerprint
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model import adapters, language_training, loading
from biomechgpt.language_model.checkpoint_source import read_note
from biomechgpt.language_model.description import GenerationLimits, ModelDescription
from biomechgpt.language_model.examples import Example
from biomechgpt.language_model.generation_examples import generation_examples
from biomechgpt.language_model.model_folder import Folders, check_tokens, save_model
from biomechgpt.language_model.motion_reading import read_motions, with_videos
from biomechgpt.language_model.numbers import possible_numbers
from biomechgpt.language_model.training_examples import training_passes
from biomechgpt.language_model.training_metrics import copy_metrics
from biomechgpt.motion_encoder.encoder_folder import load_encoder
from biomechgpt.questions.condition_table import class_combinations, number_ranges
from biomechgpt.questions.conditions import in_turn
from biomechgpt.questions.questions_file import read_questions
from biomechgpt.questions.tasks import Task, read_tasks
from biomechgpt.settings.variant_run import VariantRun
from biomechgpt.settings.variants_section import SOFT
from biomechgpt.tokenizer.joint_speeds import fastest_decoded
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.tokens import TokensMetadata, TokenTable, read_tokens
from biomechgpt.video.scaled_videos import load_scaled_clips, load_videos

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
    checkpoint = read_note(sources.base)
    base = loading.load_base(
        sources.base,
        motion_tokenizer.model.vocabulary_size,
        checkpoint is not None and checkpoint.motion_tokens == "resize",
    )
    tasks = read_tasks(run.tasks, sources.phrasings)
    encoder = sources.motion_encoder and load_encoder(sources.motion_encoder)
    motions = read_motions(run.motion, table, sources.features, encoder)
    videos = sources.videos and load_videos(sources.videos)
    if videos:
        clips = load_scaled_clips(sources.videos)
        motions = with_videos(motions, clips, videos.n_features, run.video)
    n_codes = table.metadata.codes_per_book
    passes = training_passes(base.tokenizer, questions, tasks, motions, n_codes, run)
    if run.generation is not None:
        conditions = training_conditions(sources.conditions)
        random = np.random.default_rng([run.seed, 1])  # what the questions draw stays as it is
        parts = (base.tokenizer, conditions, motions, table.metadata, run, random)
        passes = [examples + generation_examples(*parts) for examples in passes]
    set_seed(run.seed)
    from_codebook = checkpoint is not None and checkpoint.new_rows == "codebook"
    codebook = motion_tokenizer.model.code_vectors() if from_codebook else None
    model = adapters.add_adapters(base, run.lora, run.seed, codebook)
    if run.motion in SOFT:
        adapters.add_projector(model, base, encoder.shape, sources.base)
    if videos:
        adapters.add_video_reader(model, base, (run.video.queries, videos.n_features))
    checkpoints = checkpoint_folder(folder)
    mark = fingerprint(run.to_dict(), code, passes, loading.weight_files(sources.base))
    language_training.train(
        model,
        passes,
        base.tokenizer.pad_token_id,
        settings(run, base.motion_rows),
        checkpoints,
        mark,
    )
    description = _description(
        run, table.metadata, questions, passes[0], tasks, motion_tokenizer.frame_rate_hz
    )
    if run.generation is not None:
        limits = _generation_limits(run, conditions, motion_tokenizer, table)
        description = description.model_copy(update={"generation_limits": limits})
    folders = Folders(
        sources.base, sources.motion_tokenizer, sources.motion_encoder, sources.videos
    )
    with replacing(folder) as temporary:
        save_model(temporary, model, base.tokenizer, folders, description)
        copy_metrics(checkpoints, temporary)
    shutil.rmtree(checkpoints)


def training_conditions(path: Path) -> pd.DataFrame:
    """The conditions of the training trials (docs/contracts.md).

    Raises:
        InputError: There are none.
    """
    conditions = pd.read_parquet(path)
    conditions = conditions[conditions["split"] == "train"].reset_index(drop=True)
    if conditions.empty:
        raise InputError(
            f"{path}: no training trial to learn movements from; look at applies_to of the generation "
            "task, and at the labels that it names."
        )
    return conditions


def _generation_limits(
    run: VariantRun, conditions: pd.DataFrame, tokenizer: StoredTokenizer, table: TokenTable
) -> GenerationLimits:
    trials = set(conditions["trial_id"])
    tokens = [t for name, t in zip(table.trial_ids, table.tokens, strict=True) if name in trials]
    return GenerationLimits(
        numbers=number_ranges(conditions, run.generation),
        classes=class_combinations(conditions, run.generation),
        joint_speeds_rad_s=fastest_decoded(tokenizer, tokens).tolist(),
        participants=conditions["participant_id"].nunique(),
        trials=len(conditions),
    )


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
