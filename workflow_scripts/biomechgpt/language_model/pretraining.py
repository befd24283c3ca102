"""What the embedded base model reads before fine-tuning: motions, and questions without labels.

A real checkpoint knows words. The embedded base learns here how a movement continues, which tokens a
motion has and how long it lasts, and what questions and replies look like. It sees no label.
"""

from collections.abc import Sequence

import numpy as np
from transformers import PreTrainedTokenizerFast

from biomechgpt.language_model.augmentation import paraphrase
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.vocabulary import motion_name
from biomechgpt.questions.tasks import Task, options_of

RECALL = "Which movements were seen?"
DURATION = "How long was this recording, in s?"
REPEAT = "Say this again:"
RECALLED = 8  # tokens of the motion that a reply repeats
GLIMPSES = 2  # questions about each motion on its first tokens alone
GLIMPSE_TOKENS = 4  # of these tokens


def pretraining_examples(
    tokenizer: PreTrainedTokenizerFast,
    motions: Sequence[tuple[np.ndarray, ...]],
    seconds_per_token: float,
    tasks: Sequence[Task],
    epochs: float,
    max_length: int,
    seed: int,
) -> list[Example]:
    """`epochs` passes over the motions, each with two questions that the motion itself answers.

    `motions` have one or more views (as recorded, mirrored), which successive passes take in turn. The
    reply to `RECALL` is some of the tokens in any order: so the model learns to gather what is in a
    motion at the place where answers begin. The reply to `DURATION` is its duration in s. In addition
    there are `GLIMPSES` questions of `tasks` about the first instant of each motion, whose replies are
    drawn at random from the options or digits: they are short and teach what questions look like. A
    last question asks to repeat such a reply. Without it the options of a task, all equally probable
    everywhere, would get rows of the embedding so similar that no adapter could tell them apart.
    """
    random = np.random.default_rng(seed)
    examples = []
    for number in range(max(1, round(epochs * len(motions)))):
        done, place = divmod(number, len(motions))
        views = motions[place]
        motion = views[(done + place) % len(views)]
        part = _stretch(motion, random)
        pairs = [_recall(part, random), (DURATION, f"{len(part) * seconds_per_token:.1f}")]
        examples.append(encode_example(tokenizer, MotionInput(part), pairs, max_length))
        glimpses = [_random_question(tasks, random) for _ in range(GLIMPSES)]
        for pair in [*glimpses, _repeat(tasks, random)]:
            beginning = MotionInput(motion[:GLIMPSE_TOKENS])
            examples.append(encode_example(tokenizer, beginning, [pair], max_length))
    return examples


def _stretch(motion: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A random part of the motion, of at least three eighths; every second part reaches the end."""
    start = int(random.integers(0, len(motion) // 4 + 1))
    if random.random() < 0.5:
        return motion[start:]
    return motion[start : int(random.integers((start + len(motion) + 1) // 2, len(motion) + 1))]


def _recall(motion: np.ndarray, random: np.random.Generator) -> tuple[str, str]:
    return RECALL, "".join(motion_name(token) for token in random.choice(motion, RECALLED))


def _random_question(tasks: Sequence[Task], random: np.random.Generator) -> tuple[str, str]:
    task = tasks[random.integers(len(tasks))]
    question = paraphrase([phrasing.text for phrasing in task.train], random)
    return question, _random_reply(task, random)


def _repeat(tasks: Sequence[Task], random: np.random.Generator) -> tuple[str, str]:
    reply = _random_reply(tasks[random.integers(len(tasks))], random)
    return f"{REPEAT}\n{reply}", reply


def _random_reply(task: Task, random: np.random.Generator) -> str:
    options = options_of(task.settings)
    if options:
        return options[random.integers(len(options))]
    whole_digits = int(random.integers(1, 4))
    return f"{random.random() * 10**whole_digits:.{task.settings.decimals}f}"
