"""Check the config before anything runs: every error at once, each as one sentence with its key."""

import functools
import math
import os
import re
from collections.abc import Iterable
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, ValidationError

from biomechgpt.config_checks import CROSS_CHECKS
from biomechgpt.errors import InputError
from biomechgpt.spelling import nearest

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
DIGITS = re.compile(r"\d+")
SCIENTIFIC = re.compile(r"([+-]?\d+(?:\.\d*)?)[eE]([+-]?\d+)")
IN_BRACES = (
    "what stands in braces behind --config is all text to Snakemake, so set it in a file and name "
    "that with --configfile"
)
PATH_KEYS = {"path", "file", "model", "cohort", "phrasings"}
NAMED_BLOCKS = ("tokenizers", "base_models", "variants", "baselines", "tasks")


def leave_out_nulls(config: dict) -> None:
    """Take out of `config` what is null in a block of named entries.

    Overlays are merged key by key and cannot delete what config.yaml names, but they can set it to
    null: `tasks: {fsst: null}`.
    """
    for block in NAMED_BLOCKS:
        if isinstance(config.get(block), dict):
            config[block] = {k: value for k, value in config[block].items() if value is not None}


def order_as(config: dict, default: dict) -> None:
    """Put the keys of `config` in the order of `default`, in place; new ones come behind.

    Snakemake puts those of an overlay first, and the first variant is the one that a report is about.
    """
    place = {key: number for number, key in enumerate(default)}
    items = sorted(config.items(), key=lambda item: place.get(item[0], len(place)))
    config.clear()
    config.update(items)
    for key, value in items:
        if isinstance(value, dict) and isinstance(default.get(key), dict):
            order_as(value, default[key])


def expand_home(config: dict) -> None:
    """Write out the `~` of every path in a checked `config`, in place; a base model's source keeps it."""
    entries = [*config["cohorts"], config["split"], config["annotate"], *config["tasks"].values()]
    for entry in entries:
        for key in PATH_KEYS & entry.keys():
            if entry[key] is not None:
                entry[key] = os.path.expanduser(entry[key])


def check_config(config: dict, schema_path: str | os.PathLike) -> None:
    """Raise one `InputError` with all that is wrong in `config`; return where nothing is.

    Checked are the JSON schema (draft 2020-12) at `schema_path` and, where the sections concerned
    pass it, what a schema cannot say: that names refer to something, that numbers fit together.
    """
    schema = _schema(Path(schema_path))
    errors = sorted(Draft202012Validator(schema).iter_errors(config), key=lambda e: e.json_path)
    sentences = [sentence for error in errors for sentence in _sentences(error)]
    sentences += _not_finite(config, ())
    damaged = {str(error.absolute_path[0]) for error in errors if error.absolute_path}
    damaged |= {section for section in schema["required"] if section not in config}
    for sections, check in CROSS_CHECKS:
        if damaged.isdisjoint(sections):
            sentences += check(*(config[section] for section in sections))
    if sentences:
        lines = "\n".join(f"  - {sentence}" for sentence in sentences)
        raise InputError(f"{len(sentences)} error(s) in the config:\n{lines}")


@functools.cache
def _schema(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _dotted(path: Iterable[object]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "the config"


def _sentences(error: ValidationError) -> list[str]:
    """One sentence for each fault that `error` reports."""
    key, value, wanted = _dotted(error.absolute_path), error.instance, error.validator_value
    if "propertyNames" in error.absolute_schema_path:
        where = f"the name {value!r} in {key}"
        return (
            [_file_name(where)] if isinstance(value, str) else [f"{where} must be text: quote it."]
        )
    match error.validator:
        case "additionalProperties":
            return _unknown_keys(error)
        case "required":
            return _missing_keys(error)
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
        case "maxItems":
            return [
                f"{key} is {_shown(value)}; it may hold {wanted} entries, each with a decimal point."
            ]
        case "minLength":
            return [f"{key} is empty; it must be text of {wanted} or more characters."]
        case "uniqueItems":
            return [f"{key} holds an entry twice: {_shown(value)}; each may stand once."]
        case "pattern":
            return [_file_name(f"{key} {value!r}")]
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
    if isinstance(value, str) and (NUMBER.fullmatch(value) or value in ("true", "false", "null")):
        return f" (write it without quotes; {IN_BRACES})"
    return ""


def _missing_keys(error: ValidationError) -> list[str]:
    """All that an object lacks in one sentence; jsonschema reports each key by itself."""
    missing = [name for name in error.validator_value if name not in error.instance]
    if error.message != f"{missing[0]!r} is a required property":
        return []
    where, verb = _dotted(error.absolute_path), "is" if len(missing) == 1 else "are"
    names = ", ".join(missing) if where == "the config" else f"{where}.{', '.join(missing)}"
    return [f"{names} {verb} missing; the shipped config.yaml shows what to write."]


def _not_finite(node: object, path: tuple) -> list[str]:
    """A schema takes .nan and .inf for numbers like any other."""
    if isinstance(node, dict):
        return [s for key, value in node.items() for s in _not_finite(value, (*path, key))]
    if isinstance(node, list):
        return [s for index, value in enumerate(node) for s in _not_finite(value, (*path, index))]
    if isinstance(node, float) and not math.isfinite(node):
        return [f"{_dotted(path)} is {_shown(node)}; it must be a finite number."]
    return []


def _unknown_keys(error: ValidationError) -> list[str]:
    known = list(error.schema["properties"])
    unknown = [name for name in error.instance if name not in known]
    return [_unknown_key(error, name, known) for name in unknown]


def _unknown_key(error: ValidationError, name: object, known: list[str]) -> str:
    path, value = error.absolute_path, error.instance[name]
    if DIGITS.fullmatch(str(name)) and value in (None, ""):
        return (
            f"{_dotted(path)} holds the key {name} without a value: YAML reads the comma of 0,{name} "
            "as the end of a value and the start of a key. Write a decimal point."
        )
    return (
        f"{_dotted([*path, name])} (value {_shown(value)}) is not a "
        f"key of the config{nearest(name, known) or '.'} Allowed here: {', '.join(known)}."
    )


def _file_name(where: str) -> str:
    return (
        f"{where} becomes part of a file name: it may hold letters, digits, '.', '_' and '-' only, "
        "100 at most, and must start with a letter or a digit."
    )
