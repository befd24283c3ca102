"""What happens between training steps: lines in the log, metrics in files, guards."""

import json
import logging
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter
from transformers import TrainerCallback

from biomechgpt.job import PROGRESS
from biomechgpt.language_model.loading import assert_unpacked

COMPLETE = "complete"  # a file in a checkpoint that was written to its end
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
        lines = self.metrics.read_text().splitlines() if self.metrics.exists() else []
        kept = [line for line in lines if json.loads(line)["step"] <= state.global_step]
        self.metrics.write_text("".join(line + "\n" for line in kept))
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
        """Mark the checkpoint as whole."""
        (Path(args.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


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
    """At SIGTERM (a cluster's time limit, scancel) finish the step, write a checkpoint, stop."""

    def __init__(self):
        self.asked = False

    def on_train_begin(self, args, state, control, **kwargs):
        """Listen."""
        self.before = signal.signal(signal.SIGTERM, self._note)

    def _note(self, number, frame):
        self.asked = True

    def on_step_end(self, args, state, control, **kwargs):
        """Have the Trainer write its checkpoint and end."""
        if self.asked:
            control.should_save = control.should_training_stop = True

    def on_train_end(self, args, state, control, **kwargs):
        """Listen no more; SystemExit where the training was stopped before its last step."""
        signal.signal(signal.SIGTERM, self.before)
        if self.asked and state.global_step < state.max_steps:
            raise SystemExit(
                f"Stopped by SIGTERM after step {state.global_step} of {state.max_steps}; its "
                "checkpoint is written. Run again and it goes on from there."
            )
