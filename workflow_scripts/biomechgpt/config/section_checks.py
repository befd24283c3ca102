"""What types cannot say of the config: that names refer to something, that numbers fit together.

Each check takes the sections that `CROSS_CHECKS` names beside it, each of them valid by itself, and
returns one sentence for each fault.
"""

import re
from collections.abc import Iterable, Mapping

from biomechgpt.baselines.kinds import KINDS
from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.config.base_model_checks import check_base_models
from biomechgpt.config.generation_checks import (
    check_generating_variants,
    check_generation_tasks,
    check_generators,
)
from biomechgpt.config.study_checks import check_study
from biomechgpt.config.synthesis_study_checks import check_synthesis_study, check_token_chains
from biomechgpt.config.task_checks import ID_COLUMNS, check_tasks
from biomechgpt.config.tokenizer_checks import check_tokenizers
from biomechgpt.config.video_checks import check_videos
from biomechgpt.results_layout import FOLDERS_OF_RESULTS, FOLDS_OF_RESULTS
from biomechgpt.settings.base_models_section import BaseModelSettings
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.cohorts_section import CohortSettings
from biomechgpt.settings.motion_encoders_section import HEADS, MotionEncoderSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.run_settings import PredictSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.settings.strict import StrictModel
from biomechgpt.settings.tasks_section import Tasks
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.settings.variants_section import VariantSettings
from biomechgpt.spelling import nearest


def _reference(key: str, name: str, section: str, known: Iterable[str]) -> list[str]:
    """A sentence where `name`, the value of `key`, does not stand in `section`."""
    known = list(known)
    if name in known:
        return []
    hint = nearest(name, known) or "."
    return [f"{key} is {name}, which {section} does not have{hint} It has: {', '.join(known)}."]


def _check_run(run: str | None) -> list[str]:
    if run not in FOLDERS_OF_RESULTS and not FOLDS_OF_RESULTS.fullmatch(run or ""):
        return []
    return [f"run is {run}, a folder that every run without a name has; choose another name."]


def _check_cohorts(cohorts: list[CohortSettings]) -> list[str]:
    names, roles = [cohort.name for cohort in cohorts], {cohort.role for cohort in cohorts}
    sentences = [
        f"cohorts: the name {name} stands {names.count(name)} times; each cohort needs its own."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if roles == {"test"}:
        sentences.append("cohorts: every role is test; one cohort must be both or train.")
    if roles == {"train"}:
        sentences.append("cohorts: every role is train; one cohort must be both or test.")
    return sentences


def _check_paths(
    cohorts: list[CohortSettings], split: SplitSettings, tasks: Tasks, annotate: StrictModel
) -> list[str]:
    paths = {f"cohorts[{i}].path": cohort.path for i, cohort in enumerate(cohorts)}
    paths |= {"split.file": split.file}
    paths |= {f"tasks.{name}.phrasings": task.phrasings for name, task in tasks.items()}
    paths |= {f"annotate.{key}": path for key, path in annotate}
    return [
        f"{key} is {path}: Snakemake takes what stands in braces for a wildcard, so rename the folder "
        "or name a link to it."
        for key, path in paths.items()
        if isinstance(path, str) and re.search("[{}]", path)
    ]


def _check_motion(motion: MotionSettings) -> list[str]:
    sentences = []
    for joint in motion.zero_joints:
        sentences += _reference(
            "an entry of motion.zero_joints", joint, "the list of joints", JOINT_NAMES
        )
    if len(motion.zero_joints) == len(JOINT_NAMES):
        sentences.append("motion.zero_joints names all 34 joints; some motion must remain.")
    return sentences


def _check_split(split: SplitSettings) -> list[str]:
    sentences = []
    total = split.test_fraction + split.validation_fraction
    if split.scheme == "holdout" and total >= 1:
        sentences.append(
            f"split.test_fraction and split.validation_fraction add up to {total:g}; they must "
            "stay below 1 so that participants remain to train on."
        )
    if split.scheme == "file" and split.file is None:
        sentences.append(
            "split.file is null; split.scheme file needs the path of a TSV with the columns fold, "
            "participant_id and split."
        )
    if split.scheme != "file" and split.file is not None:
        sentences.append(
            f"split.file is {split.file}, but split.scheme is {split.scheme}; set the scheme "
            "to file or split.file to null."
        )
    sentences += [
        f"split.stratify_by names {column}, which is no label column."
        for column in split.stratify_by
        if column in ID_COLUMNS
    ]
    return sentences


def _check_variants(
    tokenizers: Mapping[str, TokenizerSettings],
    motion_encoders: Mapping[str, MotionEncoderSettings],
    base_models: Mapping[str, BaseModelSettings],
    variants: Mapping[str, VariantSettings],
    tasks: Tasks,
) -> list[str]:
    sentences = []
    for name, cfg in variants.items():
        key = f"variants.{name}"
        sentences += _reference(f"{key}.tokenizer", cfg.tokenizer, "tokenizers", tokenizers)
        sentences += _reference(f"{key}.base_model", cfg.base_model, "base_models", base_models)
        sentences += _motion(key, cfg, motion_encoders)
        for task in cfg.tasks if cfg.tasks != "all" else ():
            sentences += _reference(f"an entry of {key}.tasks", task, "tasks", tasks)
        if "finetune" in cfg.model_fields_set and not cfg.finetune.model_fields_set:
            sentences.append(f"{key}.finetune has 0 entries; it needs 1 or more.")
    return sentences


def _motion(
    key: str, cfg: VariantSettings, motion_encoders: Mapping[str, MotionEncoderSettings]
) -> list[str]:
    """What is wrong with how a variant reads movement."""
    if cfg.motion == "discrete":
        if cfg.motion_encoder is None:
            return []
        return [f"{key}.motion_encoder is set, but its motion is discrete; take it out."]
    if cfg.motion_encoder is None:
        return [f"{key}.motion is {cfg.motion}, which needs a motion_encoder; name one."]
    name = f"{key}.motion_encoder"
    return _reference(name, cfg.motion_encoder, "motion_encoders", motion_encoders)


def _check_motion_encoders(motion_encoders: Mapping[str, MotionEncoderSettings]) -> list[str]:
    return [
        f"motion_encoders.{name}.width is {cfg.width}; it must be divisible by {HEADS}."
        for name, cfg in motion_encoders.items()
        if cfg.width % HEADS
    ]


def _check_baselines(
    tokenizers: Mapping[str, TokenizerSettings],
    motion_encoders: Mapping[str, MotionEncoderSettings],
    variants: Mapping[str, VariantSettings],
    baselines: Mapping[str, BaselineSettings],
) -> list[str]:
    sentences = []
    for name, cfg in baselines.items():
        key = f"baselines.{name}"
        if cfg.tokenizer:
            sentences += _reference(f"{key}.tokenizer", cfg.tokenizer, "tokenizers", tokenizers)
        if cfg.motion_encoder:
            name = f"{key}.motion_encoder"
            sentences += _reference(name, cfg.motion_encoder, "motion_encoders", motion_encoders)
        if cfg.kind != "late_fusion":  # of which config.video_checks knows
            sentences += [f"{key}{fault}" for fault in _baseline(cfg)]
        if name in variants:
            sentences.append(
                f"{name} is the name of a variant and of a baseline; both write to "
                "predictions/{name}, so rename one."
            )
    return sentences


def _baseline(cfg: BaselineSettings) -> list[str]:
    """What is wrong with one baseline by itself, behind its key."""
    faults, shuffled = [], cfg.labels == "shuffled"
    kind = KINDS[cfg.kind]
    if cfg.tokenizer and not kind.inputs_with_tokenizer:
        faults.append(f".tokenizer is set, but kind {cfg.kind} sees no tokens; take it out.")
    if not cfg.tokenizer and kind.inputs_with_tokenizer and not kind.inputs:
        faults.append(f".tokenizer is missing; a baseline of kind {cfg.kind} needs it.")
    sees_soft_tokens = "motion_features" in kind.inputs
    if cfg.motion_encoder and not sees_soft_tokens:
        faults.append(
            f".motion_encoder is set, but kind {cfg.kind} sees no soft tokens; take it out."
        )
    if sees_soft_tokens and not cfg.motion_encoder:
        faults.append(f".motion_encoder is missing; a baseline of kind {cfg.kind} needs it.")
    if cfg.kind == "measurement" and shuffled:
        faults.append(f".labels is shuffled, but kind {cfg.kind} learns from no labels.")
    if cfg.kind != "measurement" and shuffled != bool(cfg.shuffles):
        faults.append(
            " needs both labels: shuffled and shuffles (20 or more) for chance, or neither."
        )
    return faults


def _check_predict(predict: PredictSettings) -> list[str]:
    if "test" in predict.splits:
        return []
    return ["predict.splits leaves out test; the report is about test participants."]


CROSS_CHECKS = (  # sections in the order of the model's fields
    (("run",), _check_run),
    (("cohorts",), _check_cohorts),
    (("motion",), _check_motion),
    (("split",), _check_split),
    (("tokenizers",), check_tokenizers),
    (("motion_encoders",), _check_motion_encoders),
    (("base_models",), check_base_models),
    (("predict",), _check_predict),
    (("tokenizers", "motion_encoders", "variants", "baselines"), _check_baselines),
    (("tokenizers", "motion_encoders", "base_models", "variants", "tasks"), _check_variants),
    (("split", "variants", "baselines"), check_videos),
    (("tasks",), check_tasks),
    (("generation_tasks",), check_generation_tasks),
    (("variants", "generation_tasks"), check_generating_variants),
    (("variants", "generators"), check_generators),
    (("tokenizers", "generators"), check_token_chains),
    (
        ("variants", "baselines", "tasks", "generation_tasks", "generators", "synthesis_study"),
        check_synthesis_study,
    ),
    (("cohorts", "split", "tasks", "annotate"), _check_paths),
    (("base_models", "variants", "baselines", "tasks", "study"), check_study),
)
