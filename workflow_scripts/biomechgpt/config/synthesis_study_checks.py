"""What types cannot say of the config's `synthesis_study` and of the generators that it names."""

from collections.abc import Iterable, Mapping

from biomechgpt.baselines.kinds import inputs_of
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.generation_tasks_section import GenerationTasks
from biomechgpt.settings.generators_section import GeneratorSettings, TokenChainGenerator
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.settings.tasks_section import Tasks
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.settings.variants_section import VariantSettings
from biomechgpt.spelling import nearest

SEEN = {"joint_angles", "gait_features"}  # what there is of a synthetic movement


def check_token_chains(
    tokenizers: Mapping[str, TokenizerSettings], generators: Mapping[str, GeneratorSettings]
) -> list[str]:
    """A sentence for each tokenizer that a generator names and that there is not."""
    return [
        f"generators.{name}.tokenizer is {cfg.tokenizer}, which tokenizers does not have"
        f"{nearest(cfg.tokenizer, tokenizers) or '.'}"
        for name, cfg in generators.items()
        if isinstance(cfg, TokenChainGenerator) and cfg.tokenizer not in tokenizers
    ]


def check_synthesis_study(
    variants: Mapping[str, VariantSettings],
    baselines: Mapping[str, BaselineSettings],
    tasks: Tasks,
    generation_tasks: GenerationTasks,
    generators: Mapping[str, GeneratorSettings],
    study: SynthesisStudySettings,
) -> list[str]:
    """A sentence for each fault of the study."""
    named = [
        *_unknown("generators", study.generators, generators),
        *_unknown("classifiers", study.classifiers, baselines, "baselines"),
        *_unknown("task", [study.task], tasks, "tasks"),
    ]
    return named or [
        *_task(study, tasks),
        *_classifiers(study, baselines),
        *_tokenizers(study, generators, variants),
        *_conditions(study, tasks, generation_tasks, generators, variants),
    ]


def _unknown(key: str, names: Iterable[str], known: Iterable[str], section: str = "") -> list[str]:
    return [
        f"synthesis_study.{key} names {name}, which {section or key} does not have"
        f"{nearest(name, known) or '.'}"
        for name in names
        if name not in known
    ]


def _task(study: SynthesisStudySettings, tasks: Tasks) -> list[str]:
    if tasks[study.task].kind == "classification":
        return []
    return [
        f"synthesis_study.task is {study.task}, whose answers are numbers; name a classification."
    ]


def _classifiers(
    study: SynthesisStudySettings, baselines: Mapping[str, BaselineSettings]
) -> list[str]:
    """A classifier must learn, and from what there is of a synthetic movement."""
    faults = []
    for name in study.classifiers:
        cfg = baselines[name]
        inputs = set(inputs_of(cfg))
        if (
            not inputs
            or not inputs <= SEEN
            or cfg.kind == "measurement"
            or cfg.labels != "recorded"
        ):
            faults.append(
                f"synthesis_study.classifiers names {name}, of kind {cfg.kind}, which cannot learn from "
                "synthetic movements; name baselines of kind gait_features, rocket, gru, lstm or "
                "convolution without tokenizer or shuffled labels."
            )
    return faults


def _tokenizers(
    study: SynthesisStudySettings,
    generators: Mapping[str, GeneratorSettings],
    variants: Mapping[str, VariantSettings],
) -> list[str]:
    used = {}
    for name in study.generators:
        cfg = generators[name]
        if cfg.kind == "class_markov":
            used[name] = cfg.tokenizer
        elif cfg.kind == "language_model" and cfg.variant in variants:
            used[name] = variants[cfg.variant].tokenizer
    if len(set(used.values())) < 2:
        return []
    listed = ", ".join(f"{name} of {tokenizer}" for name, tokenizer in used.items())
    return [
        f"synthesis_study.generators make tokens of different tokenizers ({listed}); a study has one."
    ]


def _conditions(
    study: SynthesisStudySettings,
    tasks: Tasks,
    generation_tasks: GenerationTasks,
    generators: Mapping[str, GeneratorSettings],
    variants: Mapping[str, VariantSettings],
) -> list[str]:
    """A language model must be asked for the label that classifiers learn."""
    label, faults = tasks[study.task].label, []
    for name in study.generators:
        cfg = generators[name]
        if cfg.kind == "language_model" and cfg.variant in variants:
            learnt = variants[cfg.variant].generation_task
            if learnt in generation_tasks and label not in generation_tasks[learnt].condition_on:
                faults.append(
                    f"synthesis_study.generators names {name}, which is never asked for {label}, the "
                    f"label of {study.task}; name it under generation_tasks.{learnt}.condition_on."
                )
    return faults
