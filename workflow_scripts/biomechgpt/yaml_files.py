"""Small YAML files that people hand to one another: read as plain data, whatever stands in them."""

import os
from pathlib import Path

import yaml

from biomechgpt.errors import InputError

LIMIT_BYTES = 1_000_000  # PyYAML takes seconds for as much


class _PlainLoader(yaml.SafeLoader):
    """No aliases, which make gigabytes of a few lines; no key twice, of which YAML drops one."""

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="write the value out, no *alias", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) in seen:
                text = f"the id {key.value!r} stands twice; each may stand once"
                raise yaml.MarkedYAMLError(problem=text, problem_mark=key.start_mark)
            seen.add((key.tag, str(key.value)))
        return super().construct_mapping(node, deep)


def read_yaml(path: str | os.PathLike) -> object:
    """What a YAML file holds, read without aliases and tags that are no plain data.

    Raises:
        InputError: the file is missing, too large, or not valid; the message names the file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file {path}; write it or name another.")
    if path.stat().st_size > LIMIT_BYTES:
        raise InputError(f"{path} is larger than {LIMIT_BYTES} bytes; divide it or name another.")
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _PlainLoader)
    except Exception as error:  # PyYAML meets impossible dates, numbers and nesting with anything
        raise InputError(f"{path} is not valid YAML: {str(error) or repr(error)}") from None
