"""What happens between training steps: lines in the log, metrics in files, guards."""

import json
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import torch
from torch.utils.tensorboard import SummaryWriter
from transformers import TrainerCallback

from biomechgpt import seals
from biomechgpt.checkpoints import checkpoint_path
from biomechgpt.files import replacing
from biomechgpt.job import PROGRESS
from biomechgpt.language_model.loading import assert_unpacked

METRICS_FILE = "training.jsonl"
TENSORBOARD_FOLDER = "tensorboard"
NOT_FINITE_HELP = "Lower the learning_rate; look at these recordings in the ingestion report."
log = logging.getLogger(PROGRESS)


def copy_metrics(checkpoints: Path, folder: Path) -> None:
    """Copy what training wrote for readers and for TensorBoard into `folder`."""
    shutil.copy(checkpoints / METRICS_FILE, folder)
    shutil.copytree(checkpoints / TENSORBOARD_FOLDER, folder / TENSORBOARD_FOLDER)


class Progress(TrainerCallback):
    """At every logging step a line in the log, one in `METRICS_FILE`, and the same for TensorBoard."""

    def __init__(self, folder: Path):
        self.metrics = folder / METRICS_FILE
        self.tensorboard = folder / TENSORBOARD_FOLDER
        self.started_s = self.first_step = 0

    def on_train_begin(self, args, state, control, **kwargs):
        """Forget what an interrupted run wrote after the checkpoint that is resumed."""
        lines = self.metrics.read_text().splitlines(True) if self.metrics.exists() else []
        whole = [line for line in lines if line.endswith("\n")]
        kept = [line for line in whole if json.loads(line)["step"] <= state.global_step]
        with replacing(self.metrics) as temporary:
            temporary.write_text("".join(kept))
        self.started_s, self.first_step = time.monotonic(), state.global_step
        self.writer = SummaryWriter(str(self.tensorboard), purge_step=state.global_step + 1)

    def on_log(self, args, state, control, logs, **kwargs):
        """Write the losses and the time left."""
        if "loss" not in logs:
            return
        spent_s = time.monotonic() - self.started_s
        numbers = {key: value for key, value in logs.items() if key != "epoch"}
        line = {"step": state.global_step, **numbers, "seconds": round(spent_s, 3)}
        with self.metrics.open("a") as file:
            file.write(json.dumps(line) + "\n")
        for name, value in numbers.items():
            self.writer.add_scalar(name, value, state.global_step)
        left_s = (
            spent_s / (state.global_step - self.first_step) * (state.max_steps - state.global_step)
        )
        answer = f", answers {logs['answer_loss']:.3f}" if "answer_loss" in logs else ""
        log.info(
            f"step {state.global_step}/{state.max_steps}: loss {logs['loss']:.3f}{answer}, "
            f"rest {logs['other_loss']:.3f} nats a token, {left_s:.0f} s left",
            extra={"share": state.global_step / state.max_steps},
        )

    def on_train_end(self, args, state, control, **kwargs):
        """Close what TensorBoard reads."""
        self.writer.close()

    def on_save(self, args, state, control, **kwargs):
        """Seal the checkpoint: it is whole."""
        seals.seal(checkpoint_path(Path(args.output_dir), state.global_step))


class StepGuard(TrainerCallback):
    """Stop at packed 4-bit weights and at gradients that are not finite.

    `trial_ids` names the trials that the step after so many steps learns from.
    """

    def __init__(self, trial_ids: Callable[[int], list[str]]):
        self.trial_ids = trial_ids

    def on_step_begin(self, args, state, control, model, **kwargs):
        """RuntimeError if a 4-bit weight is packed for inference."""
        assert_unpacked(model)

    def on_pre_optimizer_step(self, args, state, control, model, **kwargs):
        """FloatingPointError if a gradient holds NaN or infinity."""
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        if not torch.stack([gradient.isfinite().all() for gradient in gradients]).all():
            raise FloatingPointError(
                f"A gradient is not finite at step {state.global_step + 1}, on the trials "
                f"{', '.join(self.trial_ids(state.global_step))}. {NOT_FINITE_HELP}"
            )


class StopAtSigterm(TrainerCallback):
    """Once SIGTERM is `noted` (`noting_sigterm`), finish the step, write a checkpoint, stop."""

    def __init__(self, noted: SimpleNamespace):
        self.noted = noted

    def on_step_end(self, args, state, control, **kwargs):
        """Have the Trainer write its checkpoint and end."""
        if self.noted.asked:
            control.should_save = control.should_training_stop = True
