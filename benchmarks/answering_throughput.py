"""Questions answered a second: a trial's tree read once, against one `generate` call a batch.

The tree gives the probability of every option and of every number beside the text; `generate` gives
the text alone. Both read the same questions with the same random model.
"""

import argparse
import time

import pandas as pd
import torch
import workload

from biomechgpt.language_model import loading
from biomechgpt.language_model.examples import END_OF_TURN, encode_prompts
from biomechgpt.language_model.model_folder import Model
from biomechgpt.language_model.prediction import (
    MAX_NEW_TOKENS,
    RESERVED_FOR_ANSWER,
    predict,
)

MAX_LENGTH = 1024


def main() -> None:
    """Print both rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=workload.SIZES, default="small")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--batch", type=int, default=16, help="questions a call of generate")
    chosen = parser.parse_args()
    tasks = workload.tasks()
    trials = workload.trials(chosen.trials, tasks)
    base = workload.random_base(chosen.size, tasks)
    loading.never_pack(base.model)
    base.model.eval()
    rows = {
        "tree of a trial": tree(base, tasks, trials),
        "generate": generate(base, trials, chosen.batch),
    }
    faster = rows["tree of a trial"]["questions_per_s"] / rows["generate"]["questions_per_s"]
    rows["tree of a trial"]["faster_by"] = round(faster, 1)
    workload.show(rows)


def tree(base, tasks: list, trials: list) -> dict:
    """This project's prediction, text and probabilities."""
    kinds = {task.name: task for task in tasks}
    questions = pd.DataFrame(
        {"trial_id": str(number), "task": name, "kind": kinds[name].kind, "question": text,
         "options": list(kinds[name].options)}
        for number, trial in enumerate(trials)
        for name, text, _ in trial.asked
    )  # fmt: skip
    numbers = {t.name: [f"{i / 10:.{t.decimals}f}" for i in range(100)] for t in tasks}
    loaded = Model(
        base.model, base.tokenizer, {"max_length": MAX_LENGTH, "possible_numbers": numbers}
    )
    cfg = {t.name: {"kind": t.kind, "options": list(t.options), "unit": t.unit} for t in tasks}
    motions = {str(number): trial.tokens for number, trial in enumerate(trials)}
    started_s = time.monotonic()
    rows = predict(loaded, questions, motions, cfg)
    return {"questions_per_s": round(len(rows) / (time.monotonic() - started_s), 2)}


@torch.inference_mode()
def generate(base, trials: list, size: int) -> dict:
    """transformers' `generate` on the whole prompt of every question."""
    stop = base.tokenizer.convert_tokens_to_ids(END_OF_TURN)
    prompts = []
    for trial in trials:
        texts = [text for _, text, _ in trial.asked]
        found = encode_prompts(base.tokenizer, trial.tokens, texts, MAX_LENGTH, RESERVED_FOR_ANSWER)
        prompts += [found.motion_ids + question for question in found.questions]
    prompts.sort(key=len)
    started_s = time.monotonic()
    for start in range(0, len(prompts), size):
        part = [{"input_ids": ids} for ids in prompts[start : start + size]]
        batch = base.tokenizer.pad(part, return_tensors="pt").to(base.model.device)
        base.model.generate(
            **batch, max_new_tokens=MAX_NEW_TOKENS, do_sample=False, eos_token_id=stop
        )
    return {"questions_per_s": round(len(prompts) / (time.monotonic() - started_s), 2)}


if __name__ == "__main__":
    main()
