"""Questions trained a second: shared motions, one question a sequence, and TRL's SFTTrainer.

All train the same random model in 4 bits with LoRA and trained motion rows on the same questions.
TRL runs as its users run it, padded and packed. Beside the rates stand the share of the machine's own
matrix rate that is used, and how long the paper's 27,000 pairs would take in 1.2 epochs (its A100: 1 h
for 1B, 2 to 4 h for 4B).
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch
from transformers import TrainerCallback

from benchmarks import workload
from benchmarks.shared import shipped_tasks
from biomechgpt.language_model import adapters, language_training
from biomechgpt.language_model.examples import encode_example
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.steps import plan_steps
from biomechgpt.language_model.training_metrics import METRICS_FILE
from biomechgpt.settings.finetune_section import LoraSettings

LORA = LoraSettings(rank=32, alpha=32, dropout=0.0)
BATCH = 10  # questions a step, as the paper's 4B
WARM_UP = 3  # steps that are not counted
MAX_LENGTH = 1024
PAPER_QUESTIONS = 27_000 * 1.2


def ours(size: str, tasks: list, trials: list, shared: bool) -> dict:
    """Train with this project's loop."""
    base = workload.random_base(size, tasks)
    model = adapters.add_adapters(base, LORA, 0)
    examples = []
    for trial in trials:
        pairs = [(question, answer) for _, question, answer in trial.questions]
        groups = [pairs] if shared else [[pair] for pair in pairs]
        examples += [
            encode_example(base.tokenizer, MotionInput(trial.tokens), g, MAX_LENGTH) for g in groups
        ]
    settings = language_training.Settings(
        2e-4, 1, BATCH, 0, checkpoint_every_steps=10**6, log_every_steps=1
    )
    steps = plan_steps([examples], 1, BATCH, 0)
    with tempfile.TemporaryDirectory() as folder:
        language_training.train(
            model, [examples], base.tokenizer.pad_token_id, settings, Path(folder), "x"
        )
        lines = Path(folder, METRICS_FILE).read_text().splitlines()
    questions = [sum(len(example.questions) for example in step) for step in steps]
    read = [len(step) * max(example.length() for example in step) for step in steps]
    ended_s = [json.loads(line)["seconds"] for line in lines]
    return result(ended_s, questions, sum(read) / sum(questions))


class Clock(TrainerCallback):
    """When each step of TRL's trainer ended."""

    def __init__(self):
        self.ended_s = []

    def on_step_end(self, args, state, control, **kwargs):
        """Note the time."""
        self.ended_s.append(time.monotonic())


def trl(size: str, tasks: list, trials: list, packed: bool) -> dict:
    """Train with TRL on the text of each question by itself."""
    from datasets import Dataset
    from peft.utils.other import TrainableTokensWrapper
    from trl import SFTConfig, SFTTrainer

    TrainableTokensWrapper.bias = None  # TRL 1.16 asks the tied head for it (docs/log.md)
    base = workload.random_base(size, tasks)
    model = adapters.add_adapters(base, LORA, 0)
    tokenizer = base.tokenizer
    texts = []
    for trial in trials:
        motion = workload.vocabulary.motion_text(trial.tokens)
        for _, question, answer in trial.questions:
            turns = [
                {"role": "user", "content": f"{motion} {question}"},
                {"role": "assistant", "content": answer},
            ]
            text = tokenizer.apply_chat_template(turns, tokenize=False)
            texts.append(text.removeprefix("<bos>"))  # the tokenizer puts its own
    on_cpu = not torch.cuda.is_available()
    mean = sum(len(ids) for ids in tokenizer(texts)["input_ids"]) / len(texts)
    rows = max(1, round(BATCH * mean / MAX_LENGTH)) if packed else BATCH
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(
                output_dir=folder,
                per_device_train_batch_size=rows,
                num_train_epochs=1,
                max_length=MAX_LENGTH,
                packing=packed,
                use_cpu=on_cpu,
                bf16=not on_cpu,
                gradient_checkpointing=False,
                report_to="none",
                save_strategy="no",
                disable_tqdm=True,
                logging_steps=10**6,
            ),
            train_dataset=Dataset.from_dict({"text": texts}),
            processing_class=tokenizer,
            callbacks=[clock],
        )
        read = sum(batch["input_ids"].numel() for batch in trainer.get_train_dataloader())
        trainer.train()
    steps = len(clock.ended_s)
    return result(clock.ended_s, [len(texts) / steps] * steps, read / len(texts))


def result(ended_s: list[float], questions: list[float], tokens_a_question: float) -> dict:
    """Questions a second after the first steps."""
    spent_s = ended_s[-1] - ended_s[WARM_UP - 1]
    rate = sum(questions[WARM_UP:]) / spent_s
    row = {"questions_per_s": round(rate, 2), "tokens_a_question": round(tokens_a_question, 1)}
    if torch.cuda.is_available():
        row["peak_gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 2)
        torch.cuda.reset_peak_memory_stats()
    return row


def main() -> None:
    """Print every way's rate, and how far ours comes of what its fewer tokens allow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=workload.SIZES, default="small")
    parser.add_argument("--trials", type=int, default=100)
    options = parser.parse_args()
    tasks = shipped_tasks()
    trials = workload.trials(options.trials, tasks)
    rows = {
        "shared motion": ours(options.size, tasks, trials, shared=True),
        "one question a sequence": ours(options.size, tasks, trials, shared=False),
        "TRL, padded": trl(options.size, tasks, trials, packed=False),
        "TRL, packed": trl(options.size, tasks, trials, packed=True),
    }
    matrix_rate = workload.matrix_rate()
    for row in rows.values():
        tokens_per_s = row["questions_per_s"] * row["tokens_a_question"]
        used = workload.needed_flop(options.size, tokens_per_s) / matrix_rate
        hours = PAPER_QUESTIONS / row["questions_per_s"] / 3600
        row |= {"tokens_per_s": round(tokens_per_s), "share_of_matrix_rate": round(used, 3)}
        row["hours_for_the_paper"] = round(hours, 2)
    shared = rows["shared motion"]
    for name in ("TRL, padded", "TRL, packed"):
        faster = shared["questions_per_s"] / rows[name]["questions_per_s"]
        ideal = rows[name]["tokens_a_question"] / shared["tokens_a_question"]
        rows[name] |= {"shared_is_faster_by": round(faster, 2), "ideal": round(ideal, 2)}
        rows[name]["share_of_ideal"] = round(faster / ideal, 2)
    rows["machine's matrix rate"] = {"tflop_per_s": round(matrix_rate / 1e12, 2)}
    workload.show(rows)


if __name__ == "__main__":
    main()
