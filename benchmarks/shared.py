"""What several benchmarks need: the shipped tasks, an untrained tokenizer, a clock.

The library is imported only where it is used: some benchmarks measure what importing takes.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers.paths import ROOT, read_yaml

if TYPE_CHECKING:
    from biomechgpt.questions.tasks import Task


def shipped_tasks() -> list["Task"]:
    """The tasks of config.yaml with their phrasings."""
    from biomechgpt.questions.tasks import read_tasks
    from biomechgpt.settings.tasks_section import task_settings

    tasks = task_settings(read_yaml("config.yaml")["tasks"])
    return read_tasks(tasks, {name: ROOT / f"resources/phrasings/{name}.yaml" for name in tasks})


def save_untrained(folder: Path, cfg: dict) -> None:
    """A motion tokenizer with its first weights."""
    import numpy as np

    from biomechgpt.body.coordinates import JOINT_NAMES
    from biomechgpt.settings.tokenizers_section import TokenizerSettings
    from biomechgpt.tokenizer.network import MotionTokenizer
    from biomechgpt.tokenizer.statistics import Statistics
    from biomechgpt.tokenizer.storage import save_tokenizer
    from biomechgpt.tokenizer.trained import Trained

    n = len(JOINT_NAMES)
    scale = Statistics(np.zeros(n, np.float32), np.ones(n, np.float32), np.ones(n, bool))
    settings = TokenizerSettings.model_validate(cfg)
    save_tokenizer(folder, Trained(MotionTokenizer(settings, n), scale), settings, 30.0, [])


def processor_seconds(work: Callable, *arguments: object) -> float:
    """Of one call."""
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began
