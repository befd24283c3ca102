"""Read the config that Snakemake has put together: tidy it, check it, every error at once."""

import os

from pydantic import ValidationError

from biomechgpt.config.error_sentences import error_sentences
from biomechgpt.config.json_schema import config_schema
from biomechgpt.config.whole import Config
from biomechgpt.errors import InputError

PATH_KEYS = {"path", "file", "model", "cohort", "phrasings"}
NAMED_BLOCKS = (
    "tokenizers", "base_models", "variants", "baselines", "tasks",
    "generation_tasks", "generators",
)  # fmt: skip


def read_config(config: dict, default: dict) -> Config:
    """The model of `config`, which is tidied in place: nulls left out, ordered, paths written out.

    `default` is what config.yaml holds.

    Raises:
        InputError: as of `check_config`.
    """
    leave_out_nulls(config)
    order_as(config, default)
    check_config(config)
    expand_home(config)
    return Config.model_validate(config)


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


def check_config(config: dict) -> None:
    """Return where `config` is valid.

    Raises:
        InputError: a sentence for each error in `config`, with its key.
    """
    try:
        Config.model_validate(config)
    except ValidationError as error:
        sentences = error_sentences(error, config, config_schema())
        lines = "\n".join(f"  - {sentence}" for sentence in sentences)
        raise InputError(f"{len(sentences)} error(s) in the config:\n{lines}") from None


def expand_home(config: dict) -> None:
    """Write out the `~` of every path in a checked `config`, in place; a base model's source keeps it."""
    entries = [*config["cohorts"], config["split"], config["annotate"], *config["tasks"].values()]
    for entry in entries:
        for key in PATH_KEYS & entry.keys():
            if isinstance(entry[key], str):
                entry[key] = os.path.expanduser(entry[key])
