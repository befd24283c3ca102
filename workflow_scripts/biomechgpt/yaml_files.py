"""YAML files that people write: plain data, no key twice, and every fault with its file and line."""

import os
from pathlib import Path

import yaml

from biomechgpt.errors import InputError

LIMIT_BYTES = 1_000_000  # PyYAML takes seconds for as much
REMEDIES = {
    r"'\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed here": "quote a value that holds a colon and a space, and write "
    "a key and those below it with the same indentation",
    "<block end>": "keys of one block must begin in the same column",
    "found undefined alias": "write the &anchor in this file, before the *alias",
}


class StrictLoader(yaml.SafeLoader):
    """No key twice, of which YAML itself keeps the last without a word."""

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
        """Refuse a doubled key before `<<` mixes in those of other mappings."""
        node, lines = super().compose_mapping_node(anchor), {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in lines:
                    text = f"the key {key.value!r} stands twice, in line {lines[key.tag, key.value]} too"
                    text += "; each may stand once, so keep one or put both together"
                    raise yaml.MarkedYAMLError(problem=text, problem_mark=key.start_mark)
                lines[key.tag, key.value] = key.start_mark.line + 1
        return node


class _PlainLoader(StrictLoader):
    """No aliases either, which make gigabytes of a few lines."""

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="write the value out, no *alias", problem_mark=mark)
        return super().compose_node(parent, index)


def read_yaml(path: str | os.PathLike, loader: type[StrictLoader] = _PlainLoader) -> object:
    """What a YAML file holds, read without tags that are no plain data and, with `loader` left, aliases.

    Raises:
        InputError: the file is missing, too large, or not valid; the message names file and line.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file {path}; write it or name another.")
    if path.stat().st_size > LIMIT_BYTES:
        raise InputError(f"{path} is larger than {LIMIT_BYTES} bytes; divide it or name another.")
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), loader)
    except yaml.MarkedYAMLError as error:
        mark, problem = error.problem_mark or error.context_mark, error.problem or error.context
        remedies = [remedy for sign, remedy in REMEDIES.items() if sign in problem]
        text = f"line {mark.line + 1}: not valid YAML, {'; '.join([problem, *remedies])}."
        raise InputError(f"{path}, {text}") from None
    except Exception as error:  # PyYAML meets impossible dates, numbers and nesting with anything
        raise InputError(f"{path} is not valid YAML: {str(error) or repr(error)}") from None
