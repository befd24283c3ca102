"""The parts of a study: explanations to rate, and pairs of movements; dealt to raters, ready for forms."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import Trial
from biomechgpt.evidence.lines import evidence_lines
from biomechgpt.recordings.recording import Reading
from biomechgpt.report.movement_page.skeleton import motion
from biomechgpt.settings.study_section import ExplanationSettings, StudySettings
from biomechgpt.study.dealing import ShownItem, deal
from biomechgpt.study.explanations import read_answers_of, read_arms
from biomechgpt.study.finished_run import FinishedRun
from biomechgpt.study.form_pages import FormItem, explanation_item
from biomechgpt.study.item_drawing import QuestionItem, draw_items
from biomechgpt.study.movement_pairs import (
    ORIGINAL,
    MovementPair,
    draw_pairs,
    folder_source,
    pair_motion,
    run_source,
)
from biomechgpt.study.study_folder import (
    BESIDE_LURE,
    EXPLANATIONS,
    LURE,
    PAIRS,
    REGULAR,
    KeyRow,
)

LINES_SHOWN = 4  # of what kinematics measure
NOTHING_MEASURED = "Nothing was measured: there is no walking stride."


class StudyPart(NamedTuple):
    """What each rater sees of a part, in this order, and the key to it."""

    forms: Mapping[str, Sequence[FormItem]]
    key: Sequence[KeyRow]
    simulated: bool


def explanation_part(run: FinishedRun, settings: StudySettings) -> StudyPart:
    """Explanations of the arms, with lures and repeats.

    Raises:
        InputError: The run or a file cannot fill the study.
    """
    cfg = settings.explanations
    questions = run.questions(cfg.tasks)
    items = _question_items(run, cfg, questions, np.random.default_rng([settings.seed, 0, 0]))
    arms = {name: item.arms for name, item in items.items()}
    lures = [name for name, item in items.items() if item.wrong_arm]
    hands = deal(arms, lures, cfg.items_per_rater, settings.repeats, settings.seed, settings.raters)
    trials = {
        trial.info["trial_id"]: trial for trial in run.read({i.trial_id for i in items.values()})
    }
    forms = {
        rater: [
            explanation_item(
                shown,
                item := items[shown.name],
                questions.loc[(item.trial_id, item.task), "question"],
                _motion(trials[item.trial_id], run.frame_rate_hz),
            )
            for shown in hand
        ]
        for rater, hand in hands.items()
    }
    key = [row for rater, hand in hands.items() for row in _explanation_key(rater, hand, items)]
    return StudyPart(forms, key, any(map(run.is_simulated, trials.values())))


def _question_items(
    run: FinishedRun, cfg: ExplanationSettings, questions: pd.DataFrame, rng: np.random.Generator
) -> dict[str, QuestionItem]:
    models = dict.fromkeys(arm.model for arm in cfg.arms.values() if arm.model)
    answers = {model: read_answers_of(run.answers, model, cfg.tasks) for model in models}
    evidence = {}
    if any(arm.shows == "evidence" for arm in cfg.arms.values()):
        evidence = measured_lines(run, set(questions.index.get_level_values("trial_id")))
    said = read_arms(cfg.arms, answers, run.config.tasks, evidence)
    right = next((table["right"] for table in answers.values()), None)
    known = questions.assign(right=None if right is None else right.reindex(questions.index))
    return {item.name: item for item in draw_items(known, said, cfg.items, cfg.lures, rng)}


def measured_lines(run: FinishedRun, trial_ids: set[str]) -> dict[str, list[str]]:
    """By trial the first lines of what kinematics measure of it, or that there is nothing to measure."""
    lines = {}
    for trial in run.read(trial_ids):
        measured = evidence_lines(trial.frames, run.frame_rate_hz, run.normal)
        texts = [line.text for line in measured[:LINES_SHOWN]]
        lines[trial.info["trial_id"]] = texts or [NOTHING_MEASURED]
    return lines


def _motion(trial: Trial, frame_rate_hz: float) -> dict:
    angles_rad = trial.frames.astype(np.float64)
    still = [name for name, line in zip(JOINT_NAMES, angles_rad.T, strict=True) if not line.any()]
    missing = trial.info["missing_joints"]
    return motion({"movement": angles_rad}, frame_rate_hz, unknown=missing, hidden=still)


def _explanation_key(
    rater: str, hand: Sequence[ShownItem], items: Mapping[str, QuestionItem]
) -> Iterator[KeyRow]:
    for shown in hand:
        item = items[shown.name]
        for slot, arm in shown.slots.items():
            role = REGULAR
            if item.wrong_arm:
                role = LURE if arm == item.wrong_arm else BESIDE_LURE
            yield KeyRow(
                rater=rater,
                item=shown.code,
                part=EXPLANATIONS,
                name=item.name,
                time=shown.time,
                slot=slot,
                arm=arm,
                role=role,
                trial_id=item.trial_id,
                task=item.task,
                truth=item.truth,
                answer=item.explanations[arm].answer,
                taken_from=item.taken_from if role == LURE else "",
            )


def pair_part(run: FinishedRun, settings: StudySettings, reading: Reading) -> StudyPart:
    """Pairs of an original and a synthetic movement, with repeats.

    Raises:
        InputError: A cohort folder is wrong, or there are too few movements.
    """
    cfg = settings.pairs
    original = run_source(run)
    if cfg.original:
        original = folder_source(cfg.original, reading, run.config.motion)
    synthetic = folder_source(cfg.synthetic, reading, run.config.motion)
    rng = np.random.default_rng([settings.seed, 0, 1])
    pairs = {pair.name: pair for pair in draw_pairs(original, synthetic, cfg.items, rng)}
    arms = {name: pair.arms for name, pair in pairs.items()}
    hands = deal(arms, [], None, settings.repeats, settings.seed + 1, settings.raters)
    forms = {
        rater: [
            FormItem(shown.code, pair_motion(pairs[shown.name], shown.arms, run.frame_rate_hz))
            for shown in hand
        ]
        for rater, hand in hands.items()
    }
    key = [row for rater, hand in hands.items() for row in _pair_key(rater, hand, pairs)]
    simulated_folder = (run.results / "cohorts").resolve()
    return StudyPart(
        forms,
        key,
        any(run.is_simulated(pair.original) for pair in pairs.values())
        or any(simulated_folder in Path(path).resolve().parents for path in cfg.original or ()),
    )


def _pair_key(
    rater: str, hand: Sequence[ShownItem], pairs: Mapping[str, MovementPair]
) -> Iterator[KeyRow]:
    for shown in hand:
        pair = pairs[shown.name]
        for slot, arm in shown.slots.items():
            trial = pair.original if arm == ORIGINAL else pair.synthetic
            yield KeyRow(
                rater=rater,
                item=shown.code,
                part=PAIRS,
                name=pair.name,
                time=shown.time,
                slot=slot,
                arm=arm,
                role=REGULAR,
                trial_id=trial.info["trial_id"],
            )
