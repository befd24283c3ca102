"""How often a question is read rightly, and in whose words the model should be asked.

    .venv/bin/python -m benchmarks.chat_topics [--model results/holdout/models/tiny-all/seed-0]

Counts how the router reads the questions of tests/chat/typed_questions.yaml. Chooses the threshold of
biomechgpt.chat.topics by cross-validation over the questions that decide it, and prints the error rates
on questions that do not: held-out phrasings, everyday ones, ones outside. With a model of a finished
run, everyday questions are asked about test trials in the words of the user and in the first training
phrasing of their task, and both are compared with the labels.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.shared import shipped_tasks
from biomechgpt.chat import topics
from biomechgpt.chat.topics import Topics
from biomechgpt.questions.tasks import options_of
from biomechgpt.settings.tasks_section import TaskSettings
from tests.helpers.paths import read_yaml
from tests.helpers.typed_questions import counts, shipped_router

PARTS = 20
TRIALS = 120
USERS, FIRST = "the user's words", "the first training phrasing"


def read_examples() -> tuple[dict, dict, dict]:
    """Training phrasings, held-out phrasings, and resources/chat_questions.yaml."""
    tasks = shipped_tasks()
    train = {task.name: [p.text for p in task.train] for task in tasks}
    held_out = {task.name: [p.text for p in task.held_out] for task in tasks}
    return train, held_out, read_yaml("resources/chat_questions.yaml")


def flat(questions: dict) -> list[tuple[str, str]]:
    return [(text, task) for task, texts in questions.items() for text in texts]


def judged(fitted: Topics, questions: list[tuple[str, str]]) -> np.ndarray:
    """Probability of the nearest task and whether it is the right one, (N, 2)."""
    matches = [(fitted.match(text), task) for text, task in questions]
    return np.array([[match.probability, match.nearest == task] for match, task in matches])


def cross_validated(train: dict, everyday: dict, outside: list[str]) -> np.ndarray:
    """Probability of the nearest task, whether right, whether outside, (N, 3): each example left out once."""
    examples = [(*e, "train") for e in flat(train)] + [(*e, "everyday") for e in flat(everyday)]
    examples += [(text, topics.OUTSIDE, "outside") for text in outside]
    order = np.random.default_rng(0).permutation(len(examples))
    rows = []
    for part in np.array_split(order, PARTS):
        kept = [examples[i] for i in order if i not in set(part)]

        def of(kind: str, kept=kept) -> dict:
            return {t: [x for x, task, k in kept if k == kind and task == t] for t in train}

        fitted = Topics(of("train"), of("everyday"), [x for x, _, k in kept if k == "outside"])
        for i in part:
            text, task, _ = examples[i]
            meant = fitted.match(text)
            rows.append([meant.probability, meant.nearest == task, task == topics.OUTSIDE])
    return np.array(rows)


def rates(rows: np.ndarray, threshold: float) -> str:
    taken = rows[:, 0] >= threshold
    wrong = taken & (rows[:, 1] == 0)
    return f"turned away {(~taken).sum()} of {len(rows)}, taken for another task {wrong.sum()}"


def print_rates() -> None:
    train, held_out, known = read_examples()
    everyday, outside = known["everyday"], known["outside"]
    rows = cross_validated(train, everyday["choose"], outside["choose"])
    own, others = rows[rows[:, 2] == 0], rows[rows[:, 2] == 1]
    grid = np.arange(0.1, 0.9, 0.01)
    cost = [np.mean((own[:, 0] < t) | (own[:, 1] == 0)) + np.mean(others[:, 0] >= t) for t in grid]
    best = grid[int(np.argmin(cost))]
    print(
        f"threshold by cross-validation {best:.2f} (in use {topics.THRESHOLD}): {rates(own, best)};"
    )
    print(f"  outside, answered {(others[:, 0] >= best).sum()} of {len(others)}")
    fitted = Topics(train, everyday["choose"], outside["choose"])
    print("on questions that did not choose the threshold:")
    print(f"  held-out phrasings: {rates(judged(fitted, flat(held_out)), topics.THRESHOLD)}")
    print(f"  everyday words: {rates(judged(fitted, flat(everyday['measure'])), topics.THRESHOLD)}")
    taken = [text for text in outside["measure"] if fitted.match(text).task]
    print(f"  outside, answered {len(taken)} of {len(outside['measure'])}: {'; '.join(taken)}")


def print_typed() -> None:
    """How the router reads questions as people type them, each half for itself."""
    router = shipped_router()
    for name, half in read_yaml("tests/chat/typed_questions.yaml").items():
        inside, outside = counts(router, half)
        print(f"{name}: within the scope {dict(inside)}, outside {dict(outside)}")


def print_wording(model: Path) -> None:
    """Whether a model reads the user's words or the first training phrasing better."""
    import pandas as pd

    from biomechgpt.chat.asking import open_chat
    from biomechgpt.language_model.prediction import predict

    chat, (train, _, examples) = open_chat(model), read_examples()
    known = examples["everyday"]["measure"]
    rule = Topics(train, examples["everyday"]["choose"], examples["outside"]["choose"])
    sample = chat.run.trials.query("split == 'test'").sample(TRIALS, random_state=0)
    trials = [chat.trial(name) for name in sample["trial_id"]]
    motions = {trial.name: chat.motion(trial) for trial in trials}
    tasks = chat.description.tasks
    for whose in (USERS, FIRST):
        questions = []
        for text, task in flat(known):
            meant = rule.match(text)
            question = text if whose == USERS else chat.questions()[task]
            row = {"task": task, "kind": tasks[task].kind, "question": question}
            row["options"] = options_of(tasks[task])
            labelled = [trial for trial in trials if task in trial.recorded and meant.task == task]
            questions += [row | {"trial_id": t.name, "truth": t.recorded[task]} for t in labelled]
        table = pd.DataFrame(predict(chat.model.loaded, pd.DataFrame(questions), motions))
        print(f"asked in {whose}:")
        for task, rows in table.groupby("task", sort=False):
            print(f"  {task}: {_score(rows, tasks[task])}, {len(rows)} answers")


def _score(rows, task: TaskSettings) -> str:
    if task.kind == "classification":
        pairs = zip(rows["options"], rows["probabilities"], strict=True)
        best = np.array([options[int(np.argmax(shares))] for options, shares in pairs])
        as_text = np.mean(rows["parsed"] == rows["truth"])
        return f"right {np.mean(best == rows['truth']):.3f}, as text {as_text:.3f}"
    truth = rows["truth"].astype(float)
    median, text = ((rows[name] - truth).abs().mean() for name in ("number_median", "number"))
    unread = rows["number"].isna().mean()
    return f"mean error {median:.3f} {task.unit}, as text {text:.3f} (unread {unread:.3f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    print_typed()
    print_rates()
    if options.model:
        print_wording(options.model)
