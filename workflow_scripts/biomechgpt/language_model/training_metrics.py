"""What a training leaves for readers: every few steps a line of JSON, and the same for TensorBoard."""

import json
import shutil
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from biomechgpt.files import replacing

METRICS_FILE = "training.jsonl"
TENSORBOARD_FOLDER = "tensorboard"


def copy_metrics(checkpoints: Path, folder: Path) -> None:
    """Copy what `MetricsWriter` wrote to `checkpoints` into `folder`."""
    shutil.copy(checkpoints / METRICS_FILE, folder)
    shutil.copytree(checkpoints / TENSORBOARD_FOLDER, folder / TENSORBOARD_FOLDER)


class MetricsWriter:
    """Writes metrics to `folder`, of which it first forgets those after `step`, where training goes on."""

    def __init__(self, folder: Path, step: int):
        self.metrics_path = folder / METRICS_FILE
        text = self.metrics_path.read_text() if self.metrics_path.exists() else ""
        whole = [line for line in text.splitlines(True) if line.endswith("\n")]
        with replacing(self.metrics_path) as temporary:
            temporary.write_text("".join(ln for ln in whole if json.loads(ln)["step"] <= step))
        self.tensorboard = SummaryWriter(str(folder / TENSORBOARD_FOLDER), purge_step=step + 1)

    def __enter__(self) -> "MetricsWriter":
        return self

    def write(self, step: int, metrics: dict[str, float], seconds: float) -> None:
        """Add the metrics after `step` steps and `seconds` of training."""
        with self.metrics_path.open("a") as file:
            file.write(json.dumps({"step": step, **metrics, "seconds": seconds}) + "\n")
        for name, value in metrics.items():
            self.tensorboard.add_scalar(name, value, step)

    def __exit__(self, *_: object) -> None:
        self.tensorboard.close()
