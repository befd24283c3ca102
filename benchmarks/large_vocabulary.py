"""Processor seconds and memory of a training step on a CPU where the vocabulary is large, as Gemma 3's.

With `finetune.motion_softmax: motion`, where motion tokens compete with each other alone, and with
`full`. Beside them stand what dequantising the weights once takes, which a step does in both directions,
and the mean nats of answers and of the rest, whose motion tokens differ by the share that the full
softmax gives to pieces that never stand there.
"""

import argparse
import resource
from functools import partial
from pathlib import Path

import bitsandbytes as bnb
import torch

from benchmarks import workload
from benchmarks.shared import processor_seconds, shipped_tasks
from biomechgpt.language_model import adapters, loading
from biomechgpt.language_model.batches import Weights, collate, losses
from biomechgpt.language_model.examples import encode_example
from biomechgpt.language_model.forward import cross_entropy, hidden_states
from biomechgpt.settings.finetune_section import LoraSettings

LORA = LoraSettings(rank=32, alpha=32, dropout=0.0)
MOTION_TOKENS = 240
QUESTIONS = 10  # with their answers about 140 tokens
STEPS = 3


def make_batch(base: loading.Base, tasks: list) -> dict[str, torch.Tensor]:
    """One motion with ten questions."""
    trial = workload.trials(1, tasks)[0]
    tokens = torch.arange(MOTION_TOKENS).remainder(workload.CODES).numpy()
    pairs = [(question, answer) for _, question, answer in trial.questions] * QUESTIONS
    example = encode_example(base.tokenizer, tokens, pairs[:QUESTIONS], 2048)
    return collate([example], base.tokenizer.pad_token_id, Weights(answer=10.0))


def step(model: torch.nn.Module, batch: dict, motion_rows: torch.Tensor | None) -> torch.Tensor:
    """Forward and backward pass; sums and counts of nats of answers and of the rest."""
    nats = partial(cross_entropy, model, motion_rows=motion_rows)
    batch_losses = losses(hidden_states(model, batch), batch, nats)
    (batch_losses.weighted_sum / batch["loss_weights"].sum()).backward()
    return batch_losses.parts


def dequantise(model: torch.nn.Module) -> None:
    """Every 4-bit matrix, once."""
    for module in model.modules():
        if isinstance(module, bnb.nn.Linear4bit):
            bnb.functional.dequantize_4bit(module.weight.data, module.weight.quant_state)


def measure(model: torch.nn.Module, batch: dict, motion_rows: torch.Tensor | None) -> dict:
    """Of the fastest of some steps; the memory is the most that the process ever had."""
    step(model, batch, motion_rows)
    seconds = min(processor_seconds(step, model, batch, motion_rows) for _ in range(STEPS))
    answer, n_answer, other, n_other = step(model, batch, motion_rows).tolist()
    return {
        "processor_s": round(seconds, 2),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
        "answer_nats": round(answer / n_answer, 3),
        "other_nats": round(other / n_other, 3),
    }


def main() -> None:
    """Print a row for each softmax, the smaller one first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, help="a checkpoint (default: random, Gemma 3 270M)")
    parser.add_argument("--resize", action="store_true", help="it has no reserved pieces")
    options = parser.parse_args()
    tasks = shipped_tasks()
    base = (
        loading.load_base(options.base, workload.CODES, options.resize)
        if options.base
        else workload.random_base("270m", tasks)
    )
    torch.manual_seed(0)
    model = adapters.add_adapters(base, LORA, 0).train()
    batch = make_batch(base, tasks)
    rows = {
        "motion": measure(model, batch, torch.tensor(base.motion_rows)),
        "full": measure(model, batch, None),
        "dequantised once": {"processor_s": round(processor_seconds(dequantise, model), 2)},
    }
    workload.show(rows | {"tokens": {"in_a_step": batch["input_ids"].shape[1]}})


if __name__ == "__main__":
    main()
