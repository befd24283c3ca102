"""The generators of a study by name, whether they make walks of those they get or read what is stored."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from biomechgpt.body.frames import read_trials
from biomechgpt.synthesis.fold_study import Generator
from biomechgpt.synthesis.simple_generators import generate
from biomechgpt.synthesis.synthetic_files import read_synthetic_trials
from biomechgpt.synthesis.token_chains import TokenChain
from biomechgpt.synthesis.walks import Walk, in_rounds
from biomechgpt.tokenizer.statistics import restore
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokens import read_tokens


def simple_generator(kind: str, frame_rate_hz: float) -> Generator:
    """One of `GENERATORS`, which learns from whatever walks it gets."""
    return lambda walks, n, seed: generate(kind, walks, n, frame_rate_hz, seed)


def token_chain_generator(
    name: str, tokens_path: os.PathLike, tokenizer_folder: os.PathLike
) -> Generator:
    """Walks as long as recorded ones, from tokens by which follows which in their label."""
    tokenizer, stored = load_tokenizer(tokenizer_folder), read_tokens([tokens_path])
    tokens_of = dict(zip(stored.trial_ids, stored.tokens, strict=True))
    per_step = stored.metadata.tokens_per_step

    def make(walks: Sequence[Walk], n: int, seed: int) -> list[Walk]:
        random, made = np.random.default_rng(seed), []
        chains = {
            label: TokenChain(
                [tokens_of[walk.trial_id] for walk in walks if walk.label == label], per_step
            )
            for label in dict.fromkeys(walk.label for walk in walks)
        }
        for number, template in enumerate(in_rounds(walks, n, random)):
            n_steps = len(tokens_of[template.trial_id]) // per_step
            tokens = chains[template.label].draw(n_steps, random)
            frames = tokenizer.model.decode(torch.from_numpy(tokens.astype(np.int64)))
            angles = restore(frames.numpy(), tokenizer.statistics)
            trial_id = f"synthetic/{name}/{number}"
            made.append(Walk(trial_id, template.participant_id, template.label, angles, tokens))
        return made

    return make


def stored_generator(
    folders: Mapping[int, os.PathLike], label: str, people: Mapping[str, str]
) -> Generator:
    """Walks that a generator has written, of each seed a folder, in a random order.

    `label` is the column that says what a walk was meant to be, `people` the person of each recorded
    trial: a walk counts as made from the person of its first source.
    """

    def read(walks: Sequence[Walk], n: int, seed: int) -> list[Walk]:
        folder = Path(folders[seed])
        table = read_synthetic_trials(folder / "trials.tsv").set_index("trial_id")
        tokens = _tokens(folder / "tokens.parquet")
        made = []
        for trial in read_trials(folder / "joint_angles.parquet"):
            trial_id = trial.info["trial_id"]
            row = table.loc[trial_id]
            source = next(iter(row["source_trial_ids"]), None)
            person = people.get(source, trial_id)
            number = int(trial_id.rsplit("/", 1)[1])
            if row[label] is not None:
                made.append(Walk(trial_id, person, row[label], trial.frames, tokens.get(number)))
        order = np.random.default_rng(seed).permutation(len(made))
        return [made[place] for place in order[:n]]

    return read


def _tokens(path: Path) -> dict[int, np.ndarray]:
    """The tokens of each prompt, none where the generator writes no tokens."""
    if not path.exists():
        return {}
    table = pd.read_parquet(path, columns=["prompt_id", "tokens"])
    return dict(zip(table["prompt_id"], table["tokens"], strict=True))
