"""Look at config files before Snakemake loads them, whose own words name neither file nor line."""

import sys
from collections.abc import Iterator
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.yaml_files import StrictLoader, read_yaml

DEFAULT = "config.yaml"
OPTIONS = ("--configfile", "--configfiles")
ENDINGS = (".yaml", ".yml", ".json")


def stop_at_bad_config_files(words: list[str]) -> None:
    """End the process with a sentence where a config file of a Snakemake command line is faulty.

    `words` is `sys.argv`. Snakemake loads these files before it reads a Snakefile, so its profile, the
    first that it reads, calls this.
    """
    try:
        for name in (DEFAULT, *config_files(words)):
            check_config_file(name)
    except InputError as error:
        sys.exit(f"InputError: {error}")


def config_files(words: list[str]) -> Iterator[str]:
    """What Snakemake takes for config files: every word between `--configfile` and the next option."""
    taken = False
    for word in words:
        option, equals, value = word.partition("=")
        if word.startswith("-"):
            taken = word in OPTIONS
            if equals and option in OPTIONS:
                yield value
        elif taken:
            yield word


def check_config_file(name: str) -> None:
    """InputError, with file, line and remedy, where `name` is no file of keys and values.

    A key that stands twice in one mapping is an error too: YAML would keep the last.
    """
    if not Path(name).is_file():
        if name.endswith(ENDINGS):
            raise InputError(
                f"There is no config file {name}; correct the name after {OPTIONS[0]}."
            )
        raise InputError(
            f"There is no config file {name}: Snakemake takes every word after {OPTIONS[0]} for one. "
            f"If {name} is a target, write it first: snakemake {name} {OPTIONS[0]} my.yaml"
        )
    content = read_yaml(name, StrictLoader)
    if content is None:
        raise InputError(
            f"{name} is empty; write keys of {DEFAULT} with their values, or leave it out."
        )
    if not isinstance(content, dict):
        raise InputError(f"{name} holds no keys; write `key: value`, with keys of {DEFAULT}.")
