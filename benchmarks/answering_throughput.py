"""Questions answered a second: a trial's tree read once, against one `generate` call a batch.

The tree gives the probability of every option and of every number beside the text; `generate` gives
the text alone. Both ask a fine-tuned model of a finished run the questions on its test participants.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import workload

from biomechgpt.language_model.examples import END_OF_TURN, encode_prompts
from biomechgpt.language_model.model_folder import Model, load_model
from biomechgpt.language_model.prediction import (
    MAX_NEW_TOKENS,
    RESERVED_FOR_ANSWER,
    predict,
    read_questions,
)
from biomechgpt.tokenizer.tokens import read_tokens


def main() -> None:
    """Print both rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="such as results/holdout/models/tiny-all/seed-0")
    parser.add_argument("tokens", type=Path, help="such as results/holdout/tokens/compact")
    parser.add_argument(
        "questions", type=Path, help="such as results/holdout/questions/seed-0.parquet"
    )
    parser.add_argument("--batch", type=int, default=16, help="questions a call of generate")
    chosen = parser.parse_args()
    loaded = load_model(chosen.model)
    table = read_tokens(sorted(chosen.tokens.glob("*.parquet")))
    motions = dict(zip(table.trial_ids, table.tokens, strict=True))
    questions = read_questions(chosen.questions, ["test"])
    rows = {
        "tree of a trial": tree(loaded, questions, motions),
        "generate": generate(loaded, questions, motions, chosen.batch),
    }
    faster = rows["tree of a trial"]["questions_per_s"] / rows["generate"]["questions_per_s"]
    rows["tree of a trial"]["faster_by"] = round(faster, 1)
    workload.show(rows)


def tree(loaded: Model, questions: pd.DataFrame, motions: dict[str, np.ndarray]) -> dict:
    """This project's prediction: text and probabilities."""
    started_s = time.monotonic()
    rows = predict(loaded, questions, motions, loaded.description["tasks"])
    return {"questions_per_s": round(len(rows) / (time.monotonic() - started_s), 2)}


@torch.inference_mode()
def generate(
    loaded: Model, questions: pd.DataFrame, motions: dict[str, np.ndarray], size: int
) -> dict:
    """transformers' `generate` on the whole prompt of every question: text."""
    tokenizer, length = loaded.tokenizer, loaded.description["max_length"]
    stop = tokenizer.convert_tokens_to_ids(END_OF_TURN)
    prompts = []
    for row in questions.itertuples():
        tokens = motions[row.trial_id]
        found = encode_prompts(tokenizer, tokens, [row.question], length, RESERVED_FOR_ANSWER)
        prompts.append(found.motion_ids + found.questions[0])
    prompts.sort(key=len)
    started_s = time.monotonic()
    for start in range(0, len(prompts), size):
        part = [{"input_ids": ids} for ids in prompts[start : start + size]]
        batch = tokenizer.pad(part, return_tensors="pt").to(loaded.model.device)
        loaded.model.generate(
            **batch, max_new_tokens=MAX_NEW_TOKENS, do_sample=False, eos_token_id=stop
        )
    return {"questions_per_s": round(len(prompts) / (time.monotonic() - started_s), 2)}


if __name__ == "__main__":
    main()
