"""What happens between training steps: lines in the log, metrics in a file, guards."""

import json
import logging
import time
from pathlib import Path

import torch
from transformers import TrainerCallback

from biomechgpt.language_model.loading import assert_unpacked

COMPLETE = "complete"  # a file in a checkpoint that was written to its end
METRICS_FILE = "training.jsonl"
log = logging.getLogger(__name__)


class Progress(TrainerCallback):
    """One line in the log and one in `metrics` at every logging step."""

    def __init__(self, metrics: Path):
        self.metrics = metrics
        self.started_s = self.first_step = 0

    def on_train_begin(self, args, state, control, **kwargs):
        """Forget what an interrupted run wrote after the checkpoint that is resumed."""
        lines = self.metrics.read_text().splitlines() if self.metrics.exists() else []
        kept = [line for line in lines if json.loads(line)["step"] <= state.global_step]
        self.metrics.write_text("".join(line + "\n" for line in kept))
        self.started_s, self.first_step = time.monotonic(), state.global_step

    def on_log(self, args, state, control, logs, **kwargs):
        """Write the losses and the time left."""
        if "loss" not in logs:
            return
        numbers = {key: value for key, value in logs.items() if key != "epoch"}
        with self.metrics.open("a") as file:
            file.write(json.dumps({"step": state.global_step, **numbers}) + "\n")
        spent_s = time.monotonic() - self.started_s
        left_s = (
            spent_s / (state.global_step - self.first_step) * (state.max_steps - state.global_step)
        )
        answer = f", answers {logs['answer_loss']:.3f}" if "answer_loss" in logs else ""
        log.info(
            f"step {state.global_step}/{state.max_steps}: loss {logs['loss']:.3f}{answer}, "
            f"rest {logs['other_loss']:.3f} nats a token, {left_s:.0f} s left"
        )

    def on_save(self, args, state, control, **kwargs):
        """Mark the checkpoint as whole."""
        (Path(args.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


class StepGuard(TrainerCallback):
    """Stop at packed 4-bit weights and at gradients that are not finite."""

    def on_step_begin(self, args, state, control, model, **kwargs):
        """RuntimeError if a 4-bit weight is packed for inference."""
        assert_unpacked(model)

    def on_pre_optimizer_step(self, args, state, control, model, **kwargs):
        """FloatingPointError if a gradient holds NaN or infinity."""
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        if not torch.stack([gradient.isfinite().all() for gradient in gradients]).all():
            raise FloatingPointError(f"A gradient is not finite at step {state.global_step + 1}.")
