"""What types cannot say of the section `study`: names that refer to nothing, raters who are no people."""

from collections.abc import Iterable, Mapping

from biomechgpt.settings.study_section import ExplanationSettings, StudySettings
from biomechgpt.settings.tasks_section import Tasks
from biomechgpt.spelling import nearest

# What a file of ratings calls other things than scales.
RESERVED_SCALES = ("best", "original", "comment", "checksum")


def check_study(
    base_models: Mapping,
    variants: Mapping,
    baselines: Mapping,
    tasks: Tasks,
    study: StudySettings | None,
) -> list[str]:
    """A sentence for each fault of the section."""
    if study is None:
        return []
    sentences = []
    if study.explanations is None and study.pairs is None:
        sentences.append("study has neither explanations nor pairs; write one of them.")
    models = [*base_models, *variants, *baselines]
    arms = list(study.explanations.arms) if study.explanations else []
    sentences += _raters_that_are_models(study.raters, [*models, *arms])
    if study.explanations:
        sentences += _explanations(study.explanations, [*variants, *baselines], tasks)
    return sentences


def _raters_that_are_models(raters: Iterable[str], models: Iterable[str]) -> list[str]:
    names = {name.lower() for name in models}
    return [
        f"study.raters names {rater}, which is a model or an arm; raters are people, no model is ever "
        "one of them."
        for rater in raters
        if rater.lower() in names
    ]


def _explanations(cfg: ExplanationSettings, models: list[str], tasks: Tasks) -> list[str]:
    key, sentences = "study.explanations", []
    for name, arm in cfg.arms.items():
        if (arm.model is None) == (arm.file is None):
            sentences.append(f"{key}.arms.{name} needs either a model or a file.")
        if (arm.model is None) != (arm.shows is None):
            sentences.append(f"{key}.arms.{name} needs shows where it has a model, and only there.")
        if arm.model is not None and arm.model not in models:
            hint = nearest(arm.model, models) or "."
            sentences.append(
                f"{key}.arms.{name}.model is {arm.model}, no variant or baseline{hint}"
            )
    sentences += [
        f"an entry of {key}.tasks is {task}, which tasks does not have{nearest(task, tasks) or '.'}"
        for task in cfg.tasks
        if task not in tasks
    ]
    if cfg.items_per_rater and cfg.items_per_rater > cfg.items:
        sentences.append(f"{key}.items_per_rater is above {key}.items; lower it or set it to null.")
    return sentences + [
        f"{key}.scales has {name}, which ratings call something else; rename it."
        for name in cfg.scales
        if name in RESERVED_SCALES
    ]
