"""What the config's schema cannot say: that names refer to something, that numbers fit together.

Each check takes the sections that `CROSS_CHECKS` names beside it and returns one sentence for each
fault; the sections have passed the schema.
"""

import re
from collections.abc import Iterable

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.language_model.hub import is_hub_id
from biomechgpt.questions.conditions import condition_errors
from biomechgpt.results_layout import FOLDERS_OF_RESULTS, FOLDS_OF_RESULTS
from biomechgpt.spelling import nearest
from biomechgpt.tokenizer.config_checks import check_tokenizers

ID_COLUMNS = ("cohort", "file", "participant_id", "split_group", "trial_id")
SEE_TOKENS = ("histogram", "n_grams", "rocket")  # kinds of baselines


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


def _check_cohorts(cohorts: list[dict]) -> list[str]:
    names, roles = [cohort["name"] for cohort in cohorts], {cohort["role"] for cohort in cohorts}
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


def _check_paths(cohorts: list[dict], split: dict, annotate: dict, tasks: dict) -> list[str]:
    paths = {f"cohorts[{i}].path": cohort.get("path") for i, cohort in enumerate(cohorts)}
    paths |= {"split.file": split["file"]}
    paths |= {f"annotate.{key}": annotate[key] for key in ("model", "cohort")}
    paths |= {f"tasks.{name}.phrasings": task.get("phrasings") for name, task in tasks.items()}
    return [
        f"{key} is {path}: Snakemake takes what stands in braces for a wildcard, so rename the folder "
        "or name a link to it."
        for key, path in paths.items()
        if path and re.search("[{}]", path)
    ]


def _check_motion(motion: dict) -> list[str]:
    joints = motion["zero_joints"]
    sentences = [s for joint in joints for s in _joint(joint)]
    if len(joints) == len(JOINT_NAMES):
        sentences.append("motion.zero_joints names all 34 joints; some motion must remain.")
    return sentences


def _joint(joint: str) -> list[str]:
    return _reference("an entry of motion.zero_joints", joint, "the list of joints", JOINT_NAMES)


def _check_split(split: dict) -> list[str]:
    sentences = []
    total = split["test_fraction"] + split["validation_fraction"]
    if split["scheme"] == "holdout" and total >= 1:
        sentences.append(
            f"split.test_fraction and split.validation_fraction add up to {total:g}; they must "
            "stay below 1 so that participants remain to train on."
        )
    if split["scheme"] == "file" and split["file"] is None:
        sentences.append(
            "split.file is null; split.scheme file needs the path of a TSV with the columns fold, "
            "participant_id and split."
        )
    if split["scheme"] != "file" and split["file"] is not None:
        sentences.append(
            f"split.file is {split['file']}, but split.scheme is {split['scheme']}; set the scheme "
            "to file or split.file to null."
        )
    sentences += [
        f"split.stratify_by names {column}, which is no label column."
        for column in split["stratify_by"]
        if column in ID_COLUMNS
    ]
    return sentences


def _check_base_models(base_models: dict) -> list[str]:
    sentences = []
    for name, cfg in base_models.items():
        key = f"base_models.{name}"
        if cfg["kind"] == "embedded" and cfg["width"] % (2 * cfg["heads"]):
            sentences.append(
                f"{key}.width is {cfg['width']}; it must be a multiple of 2 * heads, which is "
                f"{2 * cfg['heads']}."
            )
        if cfg["kind"] == "checkpoint" and cfg["revision"] is None and is_hub_id(cfg["source"]):
            sentences.append(
                f"{key}.revision is null; a model on the hub may change, so name its commit."
            )
    return sentences


def _check_variants(variants: dict, tokenizers: dict, base_models: dict, tasks: dict) -> list[str]:
    sentences = []
    for name, cfg in variants.items():
        key = f"variants.{name}"
        sentences += _reference(f"{key}.tokenizer", cfg["tokenizer"], "tokenizers", tokenizers)
        sentences += _reference(f"{key}.base_model", cfg["base_model"], "base_models", base_models)
        named = [] if cfg["tasks"] == "all" else cfg["tasks"]
        if isinstance(named, str):
            sentences.append(f"{key}.tasks is {named}; it must be all or a list of task names.")
            continue
        for task in named:
            sentences += _reference(f"an entry of {key}.tasks", task, "tasks", tasks)
    return sentences


def _check_baselines(baselines: dict, tokenizers: dict, variants: dict) -> list[str]:
    sentences = []
    for name, cfg in baselines.items():
        key, kind = f"baselines.{name}", cfg["kind"]
        if "tokenizer" in cfg:
            sentences += _reference(f"{key}.tokenizer", cfg["tokenizer"], "tokenizers", tokenizers)
        if "tokenizer" in cfg and kind not in SEE_TOKENS:
            sentences.append(
                f"{key}.tokenizer is set, but kind {kind} sees no tokens; take it out."
            )
        if "tokenizer" not in cfg and kind in ("histogram", "n_grams"):
            sentences.append(f"{key}.tokenizer is missing; a baseline of kind {kind} needs it.")
        if kind == "measurement" and cfg.get("labels") == "shuffled":
            sentences.append(f"{key}.labels is shuffled, but kind {kind} learns from no labels.")
        if kind != "measurement" and (cfg.get("labels") == "shuffled") != ("shuffles" in cfg):
            sentences.append(
                f"{key} needs both labels: shuffled and shuffles (20 or more) for chance, or neither."
            )
        if name in variants:
            sentences.append(
                f"{name} is the name of a variant and of a baseline; both write to "
                "predictions/{name}, so rename one."
            )
    return sentences


def _check_predict(predict: dict) -> list[str]:
    if "test" in predict["splits"]:
        return []
    return ["predict.splits leaves out test; the report is about test participants."]


def _check_tasks(tasks: dict) -> list[str]:
    sentences = []
    for name, cfg in tasks.items():
        needed = ["options"] if cfg["kind"] == "classification" else ["unit", "decimals"]
        for key in needed:
            if key not in cfg:
                sentences.append(f"tasks.{name}.{key} is missing; a {cfg['kind']} task needs it.")
        named = (cfg["label"], *(cfg.get("applies_to") or {}), *cfg.get("contradicted_by", {}))
        for column in named:
            if column in ID_COLUMNS:
                sentences.append(f"tasks.{name} names {column}, which is no label column.")
        low, high = cfg.get("plausible", (0, 1))
        if low >= high:
            sentences.append(
                f"tasks.{name}.plausible is [{low:g}, {high:g}]; the lower number comes first."
            )
        sentences += _options(name, cfg)
    return sentences + condition_errors(tasks)


def _options(name: str, cfg: dict) -> list[str]:
    """Options are told apart without regard to case, since answers are read from free text."""
    options = [option.strip().lower() for option in cfg.get("options", [])]
    twice = [option for option in dict.fromkeys(options) if options.count(option) > 1]
    both = [option for option in cfg.get("options", []) if option in cfg.get("ignore", [])]
    return [
        f"tasks.{name}.options holds {option} in two spellings; an answer would fit both."
        for option in twice
    ] + [
        f"tasks.{name}: {option} is in options and in ignore; take it out of one."
        for option in both
    ]


CROSS_CHECKS = (
    (("run",), _check_run),
    (("cohorts",), _check_cohorts),
    (("cohorts", "split", "annotate", "tasks"), _check_paths),
    (("motion",), _check_motion),
    (("split",), _check_split),
    (("tokenizers",), check_tokenizers),
    (("base_models",), _check_base_models),
    (("variants", "tokenizers", "base_models", "tasks"), _check_variants),
    (("baselines", "tokenizers", "variants"), _check_baselines),
    (("predict",), _check_predict),
    (("tasks",), _check_tasks),
)
