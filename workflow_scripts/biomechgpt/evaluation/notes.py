"""What a reader must know before believing a figure, in a sentence each."""

from statistics import mode

import numpy as np

from biomechgpt.evaluation import intervals
from biomechgpt.evaluation.answer_arrays import Answers
from biomechgpt.evaluation.fitted_calibration import Calibrated
from biomechgpt.evaluation.scores import classes_without_votes, mixed_voters


def notes_on(answers: dict[str, Answers], calibrated: dict[str, Calibrated]) -> list[dict]:
    """Rows of `variant`, `note`, `detail` on a task, from what every model made of its test trials.

    What holds for every model stands once, with no variant.
    """
    everyone = list(answers.values())
    by_model = {name: _model_notes(answers[name], calibrated[name], everyone) for name in answers}
    first, *others = by_model.values()
    shared = [note for note in first if all(note in notes for notes in others)]
    rows = [("", note) for note in [*_task_notes(answers), *shared]]
    rows += [
        (name, note) for name, notes in by_model.items() for note in notes if note not in shared
    ]
    return [{"variant": name, "note": note, "detail": text} for name, (note, text) in rows]


def _task_notes(answers: dict[str, Answers]) -> list[tuple[str, str]]:
    """What the truths and participants of a task make of every figure on it."""
    widest = max(answers.values(), key=lambda a: a.size["n_participants"])
    n, notes = widest.size["n_participants"], []
    if n < intervals.FEWEST_PARTICIPANTS:
        notes.append(("too_few_participants", f"{n} participants: no interval is estimable."))
    elif n < intervals.FEW_PARTICIPANTS:
        text = f"{n} participants: the bootstrap interval is too narrow, see the t-interval."
        notes.append(("few_participants", text))
    if len(np.unique(widest.truth)) == 1:
        text = "Only one truth occurs: nothing can be told apart here."
        notes.append(("one_class", text))
    if not widest.numeric:
        notes += _class_notes(widest)
    return notes


def _class_notes(answers: Answers) -> list[tuple[str, str]]:
    notes = []
    people = [
        len(np.unique(answers.person[answers.truth == k])) for k in range(len(answers.options))
    ]
    absent = [name for name, n in zip(answers.options, people, strict=True) if n == 0]
    rare = [
        f"{name} ({n})"
        for name, n in zip(answers.options, people, strict=True)
        if 0 < n < intervals.FEWEST_PARTICIPANTS
    ]
    if absent:
        text = f"No test trial is {' or '.join(absent)}: left out of macro averages."
        notes.append(("absent_class", text))
    if rare:
        text = f"Few participants: {', '.join(rare)}. Macro F1 depends on them."
        notes.append(("rare_class", text))
    return [*notes, *_vote_notes(answers)]


def _vote_notes(answers: Answers) -> list[tuple[str, str]]:
    mixed = mixed_voters(answers)
    if not len(mixed):
        return []
    text = f"{len(mixed)} voters have trials with different truths and do not vote."
    lost = classes_without_votes(answers, ~np.isin(answers.voters, mixed))
    if lost:
        text += f" None of those left is {' or '.join(lost)}: no votes are counted."
    return [("mixed_voters", text)]


def _model_notes(
    answers: Answers, calibrated: Calibrated, all_models: list[Answers]
) -> list[tuple[str, str]]:
    """What holds for one model on a task that `all_models` answered."""
    # The usual number: a baseline on shuffled labels has a run for every shuffle.
    n_seeds = mode(sorted((len(model.seeds) for model in all_models), reverse=True))
    n_trials = max(model.size["n_trials"] for model in all_models)
    notes = []
    if len(answers.seeds) < n_seeds:
        text = f"{len(answers.seeds)} of {n_seeds} seeds: the mean is of those."
        notes.append(("missing_seeds", text))
    most = max(np.bincount(answers.seed))
    if answers.size["n_trials"] < n_trials or (np.bincount(answers.seed) < most).any():
        text = f"Not all of {n_trials} trials are answered in each seed; compared on shared trials."
        notes.append(("missing_trials", text))
    encoded = answers.encoded("answer")
    if len(np.unique(encoded[np.isfinite(encoded)])) == 1:
        notes.append(("constant_answer", "Every trial gets the same answer."))
    table = calibrated.table
    if not answers.numeric and not np.isfinite(answers.probabilities).any():
        notes.append(("no_probabilities", "The model gives no probabilities."))
    elif not answers.numeric and (table["n_temperature"] == 0).any():
        text = "Not fitted where a fold has fewer than 10 validation participants: the temperature is 1."
        notes.append(("not_calibrated", text))
    for level, rows in table.groupby("level"):
        lost = rows[rows["status"] != ""].drop_duplicates("fold")
        if len(lost):
            text = f"{100 * level:.0f} % in {len(lost)} of {table['fold'].nunique()} folds: "
            notes.append(("no_sets", text + lost["status"].iloc[0] + "."))
    return notes
