"""The paper's mix of questions on a random model: 4 questions a trial, motions of 134 tokens on average."""

import json
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

from biomechgpt.language_model import loading, vocabulary
from biomechgpt.language_model.loading import Base
from biomechgpt.questions.tasks import Task, options_of

CODES = 512
MEAN_TOKENS = 134  # 34 h / 6,848 trials at 7.5 tokens a second
SIZES = {
    # name: hidden, feed-forward, layers, heads, key-value heads, head size, window, vocabulary
    "small": (256, 1024, 6, 4, 1, 64, 512, None),
    "270m": (640, 2048, 18, 4, 1, 256, 512, 262144),
    "1b": (1152, 6912, 26, 4, 1, 256, 512, 262144),
    "4b": (2560, 10240, 34, 8, 4, 256, 1024, 262208),
}


class QuestionedTrial(NamedTuple):
    """A motion and its questions with answers."""

    tokens: np.ndarray
    questions: list[tuple[str, str, str]]  # task, question, answer


def trials(count: int, tasks: list[Task]) -> list[QuestionedTrial]:
    """Random motions whose lengths spread as walking trials do, with four tasks each."""
    random = np.random.default_rng(0)
    lengths = random.gamma(4.0, MEAN_TOKENS / 4.0, count).round().clip(8, 900).astype(int)
    made = []
    for length in lengths:
        questions = []
        for number in random.choice(len(tasks), 4, replace=False):
            task = tasks[number]
            text = task.train[random.integers(len(task.train))].text
            options = options_of(task.settings)
            reply = str(random.choice(options)) if options else f"{random.random():.2f}"
            questions.append((task.name, text, reply))
        made.append(QuestionedTrial(random.integers(0, CODES, length), questions))
    return made


def random_base(size: str, tasks: list[Task]) -> Base:
    """A random model of that size in 4 bits, and its tokenizer with the motion tokens named."""
    texts = [phrasing.text for task in tasks for phrasing in task.train]
    tokenizer = vocabulary.train_tokenizer(texts, 1024, CODES)
    hidden, feed_forward, layers, heads, key_values, head, window, n_rows = SIZES[size]
    config = Gemma3TextConfig(
        vocab_size=n_rows or len(tokenizer), hidden_size=hidden, intermediate_size=feed_forward,
        num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=key_values,
        head_dim=head, query_pre_attn_scalar=head, sliding_window=window,
        pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        model = Gemma3ForCausalLM(config).to(torch.bfloat16 if size != "small" else torch.float32)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return loading.load_base(Path(folder), CODES)


def needed_flop(size: str, tokens: float) -> float:
    """What training on so many tokens needs: forward, and backward to the activations.

    Of the frozen matrices and the head; attention, adapters and anything done twice are not counted.
    """
    hidden, feed_forward, layers, heads, key_values, head, _, n_rows = SIZES[size]
    attention = hidden * head * 2 * (heads + key_values)
    weights = layers * (attention + 3 * hidden * feed_forward) + hidden * (n_rows or 0)
    return 4.0 * weights * tokens


def matrix_rate() -> float:
    """Multiply-add operations a second (FLOP/s) of a large product, as training would do it."""
    on_gpu = torch.cuda.is_available()
    side, dtype = (8192, torch.bfloat16) if on_gpu else (2048, torch.float32)
    matrix = torch.randn(side, side, device="cuda" if on_gpu else "cpu", dtype=dtype)
    fastest_s = min(_seconds(lambda: matrix @ matrix) for _ in range(10))
    return 2.0 * side**3 / fastest_s


def _seconds(work: Callable) -> float:
    started_s = time.monotonic()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.monotonic() - started_s


def machine() -> str:
    """The machine in words."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return f"{platform.machine()} CPU, {torch.get_num_threads()} threads"


def show(rows: dict[str, dict]) -> None:
    """Print a row a line, and all of it as JSON."""
    for name, row in rows.items():
        print(f"{name:34s} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    print(json.dumps({"machine": machine(), "torch": torch.__version__, **rows}))
    if not torch.cuda.is_available():
        print("No GPU was found: where there is one, run this with --size 1b and --size 4b.")
