"""Questions answered a second: a trial's tree read once, against one `generate` call a batch.

The tree gives the probability of every option and of every number beside the text; `generate` gives
the text alone. Both ask a fine-tuned model of a finished run the questions on its test participants,
or, with `--size`, a random model the questions of the paper's mix. A random model never ends its
answer, so both then write as many tokens as answers have.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks import workload
from benchmarks.shared import shipped_tasks
from biomechgpt.language_model import adapters, loading, prediction
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.language_model.examples import answer_end
from biomechgpt.language_model.model_folder import LoadedModel, load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.numbers import possible_numbers
from biomechgpt.questions.questions_file import read_questions
from biomechgpt.questions.tasks import options_of
from biomechgpt.settings.finetune_section import LoraSettings
from biomechgpt.tokenizer.tokens import read_tokens

ANSWER_TOKENS = 4  # of a random model
LORA = LoraSettings(rank=32, alpha=32, dropout=0.0)


def main() -> None:
    """Print both rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="results of a finished run, such as results")
    parser.add_argument("--size", choices=workload.SIZES, help="of a random model instead")
    parser.add_argument("--trials", type=int, default=100, help="of a random model")
    parser.add_argument("--batch", type=int, default=16, help="questions a call of generate")
    options = parser.parse_args()
    if (options.run is None) == (options.size is None):
        parser.error("name --run or --size")
    if options.run:
        loaded, questions, motions = of_run(options.run / "holdout")
        longest = prediction.MAX_NEW_TOKENS
    else:
        loaded, questions, motions = of_random_model(options.size, options.trials)
        longest = prediction.MAX_NEW_TOKENS = ANSWER_TOKENS
    rows = {
        "tree of a trial": tree(loaded, questions, motions),
        "generate": generate(loaded, questions, motions, options.batch, longest),
    }
    faster = rows["tree of a trial"]["questions_per_s"] / rows["generate"]["questions_per_s"]
    rows["tree of a trial"]["faster_by"] = round(faster, 1)
    workload.show(rows)


def of_run(fold: Path) -> tuple[LoadedModel, pd.DataFrame, dict[str, np.ndarray]]:
    """The first model of a run, the questions on its test participants, and the motions."""
    table = read_tokens([fold / "tokens/compact/all.parquet"])
    questions = read_questions(fold / "questions/seed-0.parquet", ["test"])
    motions = dict(zip(table.trial_ids, table.tokens, strict=True))
    return load_model(fold / "models/tiny-all/seed-0"), questions, motions


def of_random_model(
    size: str, count: int
) -> tuple[LoadedModel, pd.DataFrame, dict[str, np.ndarray]]:
    """A random model with adapters, the paper's mix of questions, and the motions."""
    tasks = shipped_tasks()
    trials = workload.trials(count, tasks)
    settings = {task.name: task.settings for task in tasks}
    questions = pd.DataFrame(
        {
            "trial_id": str(number), "task": task, "kind": settings[task].kind, "question": question,
            "options": options_of(settings[task]), "answer": answer,
        }
        for number, trial in enumerate(trials)
        for task, question, answer in trial.questions
    )  # fmt: skip
    base = workload.random_base(size, tasks)
    model = adapters.add_adapters(base, LORA, 0, None).eval()
    loading.never_pack(model)
    numbers = possible_numbers(questions, settings)
    description = ModelDescription.model_construct(
        max_length=1024, tasks=settings, possible_numbers=numbers
    )
    motions = {str(number): MotionInput(trial.tokens) for number, trial in enumerate(trials)}
    return LoadedModel(model, base.tokenizer, description), questions, motions


def tree(loaded: LoadedModel, questions: pd.DataFrame, motions: dict[str, MotionInput]) -> dict:
    """This project's prediction: text and probabilities."""
    started_s = time.monotonic()
    rows = prediction.predict(loaded, questions, motions)
    return rate(len(rows), started_s)


@torch.inference_mode()
def generate(
    loaded: LoadedModel,
    questions: pd.DataFrame,
    motions: dict[str, MotionInput],
    size: int,
    longest: int,
) -> dict:
    """transformers' `generate` on the whole prompt of every question: text."""
    tokenizer = loaded.tokenizer
    stop = answer_end(tokenizer).stop_id
    started_s = time.monotonic()
    prompts = []
    for row in questions.itertuples():
        prompt = loaded.prompts(motions[row.trial_id], [row.question])
        prompts.append(prompt.motion.ids + prompt.questions[0])
    prompts.sort(key=len)
    for start in range(0, len(prompts), size):
        part = [{"input_ids": ids} for ids in prompts[start : start + size]]
        batch = tokenizer.pad(part, return_tensors="pt").to(loaded.model.device)
        loaded.model.generate(**batch, max_new_tokens=longest, do_sample=False, eos_token_id=stop)
    return rate(len(prompts), started_s)


def rate(count: int, started_s: float) -> dict:
    """Questions a second since then."""
    row = {"questions_per_s": round(count / (time.monotonic() - started_s), 2)}
    if torch.cuda.is_available():
        row["peak_gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 2)
        torch.cuda.reset_peak_memory_stats()
    return row


if __name__ == "__main__":
    main()
