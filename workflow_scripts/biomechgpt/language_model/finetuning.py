"""Fine-tune a base model on questions about motions (QLoRA) and write its model folder."""

import logging
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerFast, set_seed

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.checkpoints import checkpoint_folder, fingerprint
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model import adapters, language_training, loading
from biomechgpt.language_model.augmentation import asked_anew, copies_of_tasks, noisy, other_side
from biomechgpt.language_model.checkpoint_source import read_note
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.model_folder import Folders, check_tokens, save_model
from biomechgpt.language_model.numbers import possible_numbers
from biomechgpt.language_model.training_metrics import copy_metrics
from biomechgpt.questions.conditions import in_turn
from biomechgpt.questions.questions_file import read_questions
from biomechgpt.questions.tasks import Task, read_tasks
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokens import TokensMetadata, TokenTable, read_tokens

log = logging.getLogger(__name__)
PACKAGES = ("torch", "transformers", "peft", "bitsandbytes")


class Sources(NamedTuple):
    """What a model is made from, as files."""

    tokens: Sequence[Path]  # one Parquet a shard
    questions: Path
    phrasings: Mapping[str, Path]  # by task
    base: Path  # a Hugging Face folder
    motion_tokenizer: Path


def finetune(sources: Sources, cfg: dict, folder: Path, code: str) -> None:
    """Train adapters on the training questions and write the model folder (`model_folder`).

    `cfg` has `fold`, `variant`, `seed`, `lora`, `tasks` (definitions by name), `finetune` (the
    config's block without `seeds`), `cohorts` (names), `simulated` (whether one is) and
    `min_training_participants`; `code` is the stage's code hash. InputError where tokens and motion
    tokenizer do not belong together, or where there is nothing to train on.
    """
    motion_tokenizer = load_tokenizer(sources.motion_tokenizer)
    table = read_tokens(sources.tokens)
    check_tokens(table.metadata, motion_tokenizer.sha256, str(sources.motion_tokenizer))
    questions = read_questions(sources.questions, ["train"])
    questions = questions[questions["task"].isin(cfg["tasks"])]
    cfg = only_trained(cfg, questions)
    checkpoint = read_note(sources.base) or {}
    base = loading.load_base(
        sources.base,
        motion_tokenizer.model.vocabulary_size,
        checkpoint.get("motion_tokens") == "resize",
    )
    tasks = read_tasks(cfg["tasks"], sources.phrasings)
    passes = training_passes(base.tokenizer, questions, tasks, table, cfg)
    set_seed(cfg["seed"])
    codebook = motion_tokenizer.model.code_vectors()
    start = codebook if checkpoint.get("new_rows") == "codebook" else None
    model = adapters.add_adapters(base, cfg["lora"], cfg["seed"], start)
    checkpoints = checkpoint_folder(folder)
    mark = fingerprint(cfg, code, passes, loading.weight_files(sources.base))
    language_training.train(
        model, passes, base.tokenizer.pad_token_id, settings(cfg), checkpoints, mark
    )
    description = {
        **_provenance(cfg, table.metadata, questions, passes[0]),
        "questions": {task.name: task.train[0].text for task in tasks},
        "asked_in_turn": in_turn(cfg["tasks"]),
        "phrasings": {task.name: [p.text for p in task.train] for task in tasks},
        "joints": list(JOINT_NAMES),
        "frame_rate_hz": motion_tokenizer.frame_rate_hz,
    }
    folders = Folders(Path(sources.base), Path(sources.motion_tokenizer))
    with replacing(folder) as temporary:
        save_model(temporary, model, base.tokenizer, folders, description)
        copy_metrics(checkpoints, temporary)
    shutil.rmtree(checkpoints)


def only_trained(cfg: dict, questions: pd.DataFrame) -> dict:
    """`cfg` with the tasks of the training questions, and by name those left out.

    A model would answer the others too, without having learnt anything of them. InputError where no
    task is left.
    """
    trained = set(questions["task"])
    left_out = [name for name in cfg["tasks"] if name not in trained]
    if not trained:
        raise InputError(
            f"variants.{cfg['variant']}: none of its tasks ({', '.join(left_out)}) has training questions "
            f"in fold {cfg['fold']}; the log of choose_trials says why each is left out. Take the "
            "variant out, or lower questions.min_training_participants."
        )
    tasks = {name: task for name, task in cfg["tasks"].items() if name in trained}
    return cfg | {"tasks": tasks, "tasks_left_out": left_out}


def training_people(questions: pd.DataFrame) -> dict[str, dict]:
    """By task how many training participants have its label, and of options how many have each."""
    people = questions.groupby("task")["participant_id"].nunique()
    chosen = questions[questions["kind"] == "classification"]
    by_option = chosen.groupby(["task", "answer"])["participant_id"].nunique()
    return {
        task: {
            "participants": int(n),
            "by_option": {o: int(k) for o, k in by_option.get(task, pd.Series(dtype=int)).items()},
        }
        for task, n in people.items()
    }


def settings(cfg: dict) -> language_training.Settings:
    """The training settings of a fine-tuning job; the other keys are the examples' concern."""
    known = set(language_training.Settings._fields)
    chosen = {key: value for key, value in cfg["finetune"].items() if key in known}
    return language_training.Settings(seed=cfg["seed"], **chosen)


def training_passes(
    tokenizer: PreTrainedTokenizerFast,
    questions: pd.DataFrame,
    tasks: Sequence[Task],
    table: TokenTable,
    cfg: dict,
) -> list[list[Example]]:
    """The examples of every epoch begun: a motion with its questions, or with each by itself.

    Each epoch draws anew what `augmentation` does to them, as `cfg["finetune"]` has it. InputError
    where a question's trial has no tokens, or nothing is left.
    """
    views = zip(table.tokens, table.mirrored, strict=True)
    motions = dict(zip(table.trial_ids, views, strict=True))
    absent = sorted(set(questions["trial_id"]) - set(motions))
    if absent or questions.empty:
        raise InputError(
            f"{len(questions)} training questions, {len(absent)} trials of them without tokens "
            f"{absent[:1]}: check tasks and labels, and tokenise this fold's motions again."
        )
    chosen = cfg["finetune"]
    random = np.random.default_rng(cfg["seed"])
    copies = copies_of_tasks(questions, chosen["most_copies"])
    phrasings = {task.name: [p.text for p in task.train] for task in tasks}
    share, n_codes = chosen["motion_noise"], table.metadata.codes_per_book
    passes = []
    for _ in range(math.ceil(chosen["epochs"])):
        asked = asked_anew(questions, copies, phrasings if chosen["rephrase"] else None, random)
        examples = []
        for trial, pairs in _sequences(asked, chosen["shared_motion"]):
            tokens, mirrored_tokens = motions[trial]
            if chosen["mirror"] and random.random() < 0.5:
                tokens, pairs = mirrored_tokens, [tuple(map(other_side, pair)) for pair in pairs]
            tokens = noisy(tokens, share, n_codes, random)
            example = encode_example(tokenizer, tokens, pairs, chosen["max_length"])
            examples.append(example._replace(trial_id=trial))
        passes.append(examples)
    cut = sum(example.motion_tokens_cut > 0 for example in passes[0])
    log.info(
        f"{len(questions)} questions on {questions['trial_id'].nunique()} trials in {len(passes[0])} "
        f"sequences, asked {copies} times; the motion of {cut} was cut to max_length "
        f"{chosen['max_length']}"
    )
    return passes


def _sequences(
    asked: pd.DataFrame, shared_motion: bool
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A trial with what is asked and answered in one sequence: all its questions, or each alone."""
    groups = asked["trial_id"] if shared_motion else np.arange(len(asked))
    for _, group in asked.groupby(groups, sort=False):
        pairs = list(zip(group["question"], group["answer"], strict=True))
        yield group["trial_id"].iloc[0], pairs


def _provenance(
    cfg: dict, metadata: TokensMetadata, questions: pd.DataFrame, examples: list[Example]
) -> dict:
    """What `model.json` says of the run."""
    lengths = np.array([example.length() for example in examples])
    return {
        **cfg,
        "tokenizer_sha256": metadata.tokenizer_sha256,
        "statistics_sha256": metadata.statistics_sha256,
        "downsampling": metadata.downsampling,
        "tokens_per_step": metadata.tokens_per_step,
        "motion_vocabulary_size": metadata.vocabulary_size,
        "max_length": cfg["finetune"]["max_length"],
        "possible_numbers": possible_numbers(questions, cfg["tasks"]),
        "training_people": training_people(questions),
        "training_participants": questions["participant_id"].nunique(),
        "training_trials": questions["trial_id"].nunique(),
        "training_questions": len(questions),
        "training_sequences": len(examples),
        "sequences_with_cut_motion": sum(e.motion_tokens_cut > 0 for e in examples),
        "sequence_length_median": int(np.median(lengths)),
        "sequence_length_max": int(lengths.max()),
        "versions": {name: version(name) for name in PACKAGES},
    }
