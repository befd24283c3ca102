"""What the embedded base model reads before it is fine-tuned: motions, and questions without labels.

A real checkpoint knows words; this one learns here how movement goes on, what a motion holds and how
long it lasts, how questions read and what replies look like. No label of the cohort is seen.
"""

from collections.abc import Sequence

import numpy as np
from transformers import PreTrainedTokenizerFast

from biomechgpt.language_model.augmentation import in_other_words
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.vocabulary import motion_name
from biomechgpt.questions.tasks import Task

RECALL = "Which movements were seen?"
DURATION = "How long was this recording, in s?"
REPEAT = "Say this again:"
RECALLED = 8  # tokens of the motion that a reply repeats
GLIMPSES, GLIMPSE_TOKENS = 2, 4  # questions a motion on its first tokens alone


def pretraining_examples(
    tokenizer: PreTrainedTokenizerFast,
    motions: Sequence[tuple[np.ndarray, ...]],
    seconds_per_token: float,
    tasks: Sequence[Task],
    epochs: float,
    max_length: int,
    seed: int,
) -> list[Example]:
    """`epochs` passes over the motions; each is followed by two questions that it answers itself.

    `motions` have one or more views each, as they are and mirrored, which passes take in turn.
    The reply to `RECALL` is some of its tokens in any order, so that the model gathers what a motion
    holds where an answer begins; the reply to `DURATION` is its length. Beside each motion stand
    `GLIMPSES` questions of `tasks` on its first instant alone, with a reply drawn at random from the
    options or digits: they cost little and teach how questions read. A last one asks to say such a
    reply again. Without it the options of a task, as likely as each other everywhere, get rows of the
    embedding so alike that no adapter tells them apart later.
    """
    random = np.random.default_rng(seed)
    examples = []
    for number in range(max(1, round(epochs * len(motions)))):
        done, place = divmod(number, len(motions))
        views = motions[place]
        motion = views[(done + place) % len(views)]
        part = _stretch(motion, random)
        asked = [_recall(part, random), (DURATION, f"{len(part) * seconds_per_token:.1f}")]
        examples.append(encode_example(tokenizer, part, asked, max_length))
        glimpses = [_random_question(tasks, random) for _ in range(GLIMPSES)]
        for pair in [*glimpses, _repeat(tasks, random)]:
            beginning = motion[:GLIMPSE_TOKENS]
            examples.append(encode_example(tokenizer, beginning, [pair], max_length))
    return examples


def _stretch(motion: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Three eighths of the motion at least; every second one goes on to its end."""
    start = int(random.integers(0, len(motion) // 4 + 1))
    if random.random() < 0.5:
        return motion[start:]
    return motion[start : int(random.integers((start + len(motion) + 1) // 2, len(motion) + 1))]


def _recall(motion: np.ndarray, random: np.random.Generator) -> tuple[str, str]:
    return RECALL, "".join(motion_name(token) for token in random.choice(motion, RECALLED))


def _random_question(tasks: Sequence[Task], random: np.random.Generator) -> tuple[str, str]:
    task = tasks[random.integers(len(tasks))]
    asked = in_other_words([phrasing.text for phrasing in task.train], random)
    return asked, _random_reply(task, random)


def _repeat(tasks: Sequence[Task], random: np.random.Generator) -> tuple[str, str]:
    reply = _random_reply(tasks[random.integers(len(tasks))], random)
    return f"{REPEAT}\n{reply}", reply


def _random_reply(task: Task, random: np.random.Generator) -> str:
    if task.options:
        return task.options[random.integers(len(task.options))]
    whole_digits = int(random.integers(1, 4))
    return f"{random.random() * 10**whole_digits:.{task.decimals}f}"
