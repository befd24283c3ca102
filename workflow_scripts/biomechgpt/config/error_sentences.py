"""Say what pydantic finds wrong in a config in sentences with the dotted key and what to write."""

import re
from functools import reduce
from operator import getitem
from typing import Any

import yaml
from pydantic import ValidationError

from biomechgpt.spelling import nearest

Schema = dict[str, Any]
TYPE_NAMES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping of keys to values",
    "string": "text",
}
OF_ERROR_TYPE = {
    "greater_than_equal": "{key} is {value}; it must be at least {ge:.10g}.",
    "greater_than": "{key} is {value}; it must be above {gt:.10g}.",
    "less_than_equal": "{key} is {value}; it must be at most {le:.10g}.",
    "less_than": "{key} is {value}; it must be below {lt:.10g}.",
    "finite_number": "{key} is {value}; it must be a finite number.",
    "string_too_short": "{key} is empty; it must be text of {min_length} or more characters.",
    "too_short": "{key} has {actual_length} entries; it needs {min_length} or more.",
    "too_long": "{key} is {value}; it may hold {max_length} entries, each with a decimal point.",
    "twice": "{key} is {value}; it must not hold an entry twice.",
    "all_or_list": "{key} is {value}; it must be all or a list of task names.",
    "file_or_texts": "{key} is {value}; it must be a file, or texts under train and held_out.",
}
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
DIGITS = re.compile(r"\d+")
SCIENTIFIC = re.compile(r"([+-]?\d+(?:\.\d*)?)[eE]([+-]?\d+)")
IN_BRACES = (
    "what stands in braces after --config is all text to Snakemake, so set it in a file and name "
    "that with --configfile"
)


def error_sentences(error: ValidationError, config: dict, schema: Schema) -> list[str]:
    """One sentence for each fault that `error` reports of `config`, whose schema `schema` is."""
    missing: dict[tuple, list[str]] = {}
    sentences = []
    for fault in error.errors(include_url=False):
        if fault["type"] == "missing":
            missing.setdefault(fault["loc"][:-1], []).append(fault["loc"][-1])
        elif fault["type"] == "value_error":
            sentences += fault["ctx"]["error"].args[0]
        else:
            sentences.append(_sentence(fault, config, schema))
    return sentences + [_missing(_place(loc, schema)[0], names) for loc, names in missing.items()]


def _sentence(fault: dict[str, Any], config: dict, schema: Schema) -> str:
    loc, value, kind = fault["loc"], fault["input"], fault["type"]
    if loc[-1] == "[key]":
        return _wrong_name(_dotted(loc[:-2]), value)
    if kind in ("extra_forbidden", "invalid_key"):  # which says any key in `loc` as text
        above, node = _place(loc[:-1], schema)
        name = value if kind == "invalid_key" else loc[-1]
        mapping = reduce(getitem, above, config)
        known = list(_not_null(node, schema)["properties"])
        return _unknown_key(above, name, mapping[name], known)
    keys, node = _place(loc, schema)
    key = _dotted(keys)
    if kind in OF_ERROR_TYPE:
        return OF_ERROR_TYPE[kind].format(key=key, value=_shown(value), **fault.get("ctx", {}))
    match kind:
        case "literal_error":
            return _not_allowed(key, value, [_shown(option) for option in _options(node)])
        case "union_tag_invalid":
            return _not_allowed(f"{key}.kind", value["kind"], [*node["discriminator"]["mapping"]])
        case "union_tag_not_found":
            return _missing(keys, ["kind"])
        case "string_pattern_mismatch":
            return _file_name(f"{key} {value!r}")
    return f"{key} is {_shown(value)}; it must be {_types(node, schema)}{_type_hint(value)}."


def _place(loc: tuple, schema: Schema) -> tuple[list, Schema]:
    """The keys of `loc` as the config has them, and the schema of what stands there.

    pydantic puts the tag of a union's branch into `loc` too, which is no key.
    """
    keys, node = [], schema
    for part in loc:
        if (branch := _branch(node, part, schema)) is None:
            keys.append(part)
            node = _child(_not_null(node, schema), part)
        else:
            node = branch
        node = _followed(node, schema)
    return keys, node


def _branch(node: Schema, tag: object, schema: Schema) -> Schema | None:
    """The branch of a tagged union; None where `node` is none."""
    if "oneOf" not in node:
        return None
    if "discriminator" in node:
        return {"$ref": node["discriminator"]["mapping"][tag]}
    return next(branch for branch in node["oneOf"] if _followed(branch, schema)["type"] == tag)


def _child(node: Schema, key: object) -> Schema:
    """The schema of an entry of a mapping or list."""
    entries = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    inner = node.get("properties", {}).get(key) or node.get("items") or entries[0]
    return inner or {}


def _not_null(node: Schema, schema: Schema) -> Schema:
    """The schema of a value that may be null where it is not."""
    node = next((b for b in node.get("anyOf", []) if b.get("type") != "null"), node)
    return _followed(node, schema)


def _followed(node: Schema, schema: Schema) -> Schema:
    if "$ref" in node:
        return schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _options(node: Schema) -> list:
    """The values that `node` allows."""
    branches = node.get("anyOf", [])
    options = [option for branch in branches for option in _options(branch)]
    if node.get("type") == "null":
        options.append(None)
    return options + node.get("enum", [node["const"]] if "const" in node else [])


def _types(node: Schema, schema: Schema) -> str:
    """What a value must be, in words."""
    branches = [_followed(b, schema) for b in node.get("anyOf", node.get("oneOf", [node]))]
    names = dict.fromkeys(TYPE_NAMES[branch["type"]] for branch in branches)
    return " or ".join(names)


def _dotted(path: tuple | list) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "the config"


def _shown(value: object) -> str:
    """A value as it would stand in YAML, on one line and not too long."""
    text = yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("...\n").strip()
    return text if len(text) <= 120 else f"{text[:117]}..."


def _not_allowed(key: str, value: object, allowed: list[str]) -> str:
    hint = nearest(_shown(value), allowed) or "."
    return f"{key} is {_shown(value)}; allowed: {', '.join(allowed)}{hint}"


def _type_hint(value: object) -> str:
    """What YAML did to a value that looks right to its writer."""
    if isinstance(value, bool):
        return " (YAML reads yes, no, on and off without quotes as true and false: quote them)"
    if isinstance(value, str) and (number := SCIENTIFIC.fullmatch(value)):
        mantissa, exponent = number.group(1), int(number.group(2))
        point = "" if "." in mantissa else ".0"
        return f" (YAML reads {value} as text: write {mantissa}{point}e{exponent:+d})"
    if isinstance(value, str) and (NUMBER.fullmatch(value) or value in ("true", "false", "null")):
        return f" (write it without quotes; {IN_BRACES})"
    return ""


def _missing(keys: list, names: list[str]) -> str:
    """All that a mapping lacks in one sentence."""
    verb = "is" if len(names) == 1 else "are"
    listed = ", ".join(names)
    if keys:
        listed = f"{_dotted(keys)}.{listed}"
    return f"{listed} {verb} missing; the shipped config.yaml shows what to write."


def _unknown_key(above: list, name: object, value: object, known: list[str]) -> str:
    if DIGITS.fullmatch(str(name)) and value in (None, ""):
        return (
            f"{_dotted(above)} holds the key {name} without a value: YAML reads the comma of 0,{name} "
            "as the end of a value and the start of a key. Write a decimal point."
        )
    return (
        f"{_dotted([*above, name])} (value {_shown(value)}) is not a "
        f"key of the config{nearest(name, known) or '.'} Allowed here: {', '.join(known)}."
    )


def _wrong_name(where: str, name: object) -> str:
    where = f"the name {name!r} in {where}"
    return _file_name(where) if isinstance(name, str) else f"{where} must be text: quote it."


def _file_name(where: str) -> str:
    return (
        f"{where} becomes part of a file name: it may hold letters, digits, '.', '_' and '-' only, "
        "100 at most, and must start with a letter or a digit."
    )
