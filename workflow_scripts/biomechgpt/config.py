"""Check the config before anything runs: every error at once, each as one sentence with its key."""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError

TYPE_NAMES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping of keys to values",
    "string": "text",
}
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
SCIENTIFIC = re.compile(r"([+-]?\d+(?:\.\d*)?)[eE]([+-]?\d+)")
ID_COLUMNS = ("cohort", "file", "participant_id", "split_group", "trial_id")


def check_config(config: dict, schema_path: str | os.PathLike) -> None:
    """Raise one `InputError` with all that is wrong in `config`; return where nothing is.

    Checked are the JSON schema (draft 2020-12) at `schema_path` and, where the sections concerned
    pass it, what a schema cannot say: that names refer to something, that numbers fit together.
    """
    schema = yaml.safe_load(Path(schema_path).read_text(encoding="utf-8"))
    errors = sorted(Draft202012Validator(schema).iter_errors(config), key=lambda e: e.json_path)
    sentences = [sentence for error in errors for sentence in _sentences(error)]
    damaged = {str(error.absolute_path[0]) for error in errors if error.absolute_path}
    damaged |= {section for section in schema["required"] if section not in config}
    for sections, check in CROSS_CHECKS:
        if damaged.isdisjoint(sections):
            sentences += check(*(config[section] for section in sections))
    if sentences:
        lines = "\n".join(f"  - {sentence}" for sentence in sentences)
        raise InputError(f"{len(sentences)} error(s) in the config:\n{lines}")


def nearest(word: object, allowed: Iterable[str]) -> str:
    """`; did you mean X?` for the closest of `allowed`, or an empty string where none is close."""
    close = difflib.get_close_matches(str(word), list(allowed), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _dotted(path: Iterable[object]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "the config"


def _sentences(error: ValidationError) -> list[str]:
    """One sentence for each fault that `error` reports."""
    key, value, wanted = _dotted(error.absolute_path), error.instance, error.validator_value
    if "propertyNames" in error.absolute_schema_path:
        return [_file_name_sentence(f"the name {value!r} in {key}")]
    match error.validator:
        case "additionalProperties":
            return _unknown_keys(error)
        case "required":
            missing = re.match(r"'(.*)' is a required", error.message).group(1)
            where = _dotted([*error.absolute_path, missing])
            return [f"{where} is missing; the shipped config.yaml shows what it holds."]
        case "type":
            return [f"{key} is {_shown(value)}; it must be {_types(wanted)}{_type_hint(value)}."]
        case "enum":
            allowed = [_shown(option) for option in wanted]
            hint = nearest(_shown(value), allowed) or "."
            return [f"{key} is {_shown(value)}; allowed: {', '.join(allowed)}{hint}"]
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return [f"{key} is {_shown(value)}; it must be {BOUNDS[error.validator]} {wanted}."]
        case "minItems" | "minProperties":
            return [f"{key} has {len(value)} entries; it needs {wanted} or more."]
        case "minLength":
            return [f"{key} is empty; it must be text of {wanted} or more characters."]
        case "uniqueItems":
            return [f"{key} holds an entry twice: {_shown(value)}; each may stand once."]
        case "pattern":
            return [_file_name_sentence(f"{key} {value!r}")]
    return [f"{key}: {error.message}."]


def _shown(value: object) -> str:
    """A value as it would stand in YAML, on one line and not too long."""
    text = yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("...\n").strip()
    return text if len(text) <= 120 else f"{text[:117]}..."


def _types(wanted: str | list[str]) -> str:
    return " or ".join(
        TYPE_NAMES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)
    )


def _type_hint(value: object) -> str:
    """What YAML did to a value that looks right to its writer."""
    if isinstance(value, bool):
        return " (YAML reads yes, no, on and off without quotes as true and false: quote them)"
    if isinstance(value, str) and (found := SCIENTIFIC.fullmatch(value)):
        mantissa, exponent = found.group(1), int(found.group(2))
        point = "" if "." in mantissa else ".0"
        return f" (YAML reads {value} as text: write {mantissa}{point}e{exponent:+d})"
    quoted_number = isinstance(value, str) and NUMBER.fullmatch(value)
    return " (write it without quotes)" if quoted_number else ""


def _unknown_keys(error: ValidationError) -> list[str]:
    known = list(error.schema["properties"])
    unknown = [name for name in error.instance if name not in known]
    return [
        f"{_dotted([*error.absolute_path, name])} (value {_shown(error.instance[name])}) is not a "
        f"key of the config{nearest(name, known) or '.'} Allowed here: {', '.join(known)}."
        for name in unknown
    ]


def _file_name_sentence(where: str) -> str:
    return (
        f"{where} becomes part of a file name: it may hold letters, digits, '.', '_' and '-' only "
        "and must start with a letter or a digit."
    )


def _reference(key: str, name: str, section: str, known: Iterable[str]) -> list[str]:
    """A sentence where `name`, the value of `key`, does not stand in `section`."""
    known = list(known)
    if name in known:
        return []
    hint = nearest(name, known) or "."
    return [f"{key} is {name}, which {section} does not have{hint} It has: {', '.join(known)}."]


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


def _check_tokenizers(tokenizers: dict) -> list[str]:
    sentences = []
    for name, cfg in tokenizers.items():
        factor, window = cfg["downsampling"], cfg["window_frames"]
        if factor & (factor - 1):
            sentences.append(
                f"tokenizers.{name}.downsampling is {factor}; it must be a power of 2 (1, 2, 4, ...)."
            )
        elif window % factor:
            sentences.append(
                f"tokenizers.{name}.window_frames is {window}; it must be a multiple of "
                f"downsampling, which is {factor}."
            )
    return sentences


def _check_base_models(base_models: dict) -> list[str]:
    return [
        f"base_models.{name}.width is {cfg['width']}; it must be a multiple of 2 * heads, which is "
        f"{2 * cfg['heads']}."
        for name, cfg in base_models.items()
        if cfg["width"] % (2 * cfg["heads"])
    ]


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
        key = f"baselines.{name}.tokenizer"
        sentences += _reference(key, cfg["tokenizer"], "tokenizers", tokenizers)
        if name in variants:
            sentences.append(
                f"{name} is the name of a variant and of a baseline; both write to "
                "predictions/{name}, so rename one."
            )
    return sentences


def _check_tasks(tasks: dict) -> list[str]:
    sentences = []
    for name, cfg in tasks.items():
        needed = ["options"] if cfg["kind"] == "classification" else ["unit", "decimals"]
        for key in needed:
            if key not in cfg:
                sentences.append(f"tasks.{name}.{key} is missing; a {cfg['kind']} task needs it.")
        for column in (cfg["label"], *(cfg.get("applies_to") or {})):
            if column in ID_COLUMNS:
                sentences.append(f"tasks.{name} names {column}, which is no label column.")
        sentences += _options(name, cfg)
    return sentences


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
    (("cohorts",), _check_cohorts),
    (("motion",), _check_motion),
    (("split",), _check_split),
    (("tokenizers",), _check_tokenizers),
    (("base_models",), _check_base_models),
    (("variants", "tokenizers", "base_models", "tasks"), _check_variants),
    (("baselines", "tokenizers", "variants"), _check_baselines),
    (("tasks",), _check_tasks),
)
