"""The shipped config and its presets are valid, and what they hold is tidied."""

import re
from functools import reduce
from pathlib import Path

import pytest
import yaml

from biomechgpt.config.json_schema import config_schema
from biomechgpt.config.reading import (
    check_config,
    expand_home,
    leave_out_nulls,
    order_as,
)
from biomechgpt.results_layout import FOLDERS_OF_RESULTS
from tests.helpers.paths import ROOT

PRESETS = sorted((ROOT / "presets").glob("*.yaml"))


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def merged(base: dict, overlay: dict) -> dict:
    """What `--configfile` makes of two files: mappings merge, all else is replaced."""
    result = dict(base)
    for key, value in overlay.items():
        below = result.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        result[key] = merged(below, value) if both else value
    return result


def test_shipped_config_is_valid(config):
    check_config(config)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_presets_are_valid(config, preset):
    below = [ROOT / "presets" / "jun.yaml"] if preset.stem == "jun_synthesis" else []
    overlaid = reduce(merged, map(read, [*below, preset]), config)
    leave_out_nulls(overlaid)
    check_config(overlaid)


def test_null_leaves_a_task_out(config):
    overlaid = merged(config, {"tasks": {"fsst": None}})
    leave_out_nulls(overlaid)
    assert set(config["tasks"]) - set(overlaid["tasks"]) == {"fsst"}
    check_config(overlaid)


def nodes(schema: object):
    if isinstance(schema, dict):
        yield schema
    below = schema.values() if isinstance(schema, dict) else schema
    for value in below if isinstance(below, list | type({}.values())) else ():
        yield from nodes(value)


def test_schema_is_strict_described_and_sets_no_values():
    schema = config_schema()
    for node in nodes(schema):
        assert "default" not in node
        if "properties" in node and isinstance(node["properties"], dict):
            assert node["additionalProperties"] is False, node
            for key, child in node["properties"].items():
                described = schema["$defs"][Path(child["$ref"]).name] if "$ref" in child else child
                assert described["description"].endswith("."), key


def test_the_schema_that_editors_read_is_made_of_the_models():
    shipped = read(ROOT / "schemas" / "config.schema.yaml")
    assert shipped == config_schema(), "run python -m biomechgpt.config.json_schema again"


def test_no_run_may_take_a_folder_that_a_rule_writes_to():
    rules = "".join(path.read_text() for path in [ROOT / "Snakefile", *ROOT.glob("rules/*.smk")])
    written = re.findall(r'<results>/([a-z_]+)[/"]', rules)
    assert set(written) == set(FOLDERS_OF_RESULTS)


def test_the_models_of_the_hub_are_pinned(config):
    bases = config["base_models"].values()
    revisions = [base["revision"] for base in bases if base["kind"] == "checkpoint"]
    assert [len(revision) for revision in revisions] == [40] * 5


def test_the_home_of_a_user_is_written_out_in_every_path(config, monkeypatch):
    monkeypatch.setenv("HOME", "/home/lab")
    config["cohorts"] = [{"name": "c", "path": "~/walks", "role": "both"}]
    config["split"]["file"], config["annotate"] = "~/folds.tsv", {"model": "~/m", "cohort": "a~"}
    config["tasks"]["tug"]["phrasings"] = "~/tug.yaml"
    expand_home(config)
    assert config["cohorts"][0]["path"] == "/home/lab/walks"
    assert config["split"]["file"] == "/home/lab/folds.tsv"
    assert config["annotate"] == {"model": "/home/lab/m", "cohort": "a~"}
    assert config["tasks"]["tug"]["phrasings"] == "/home/lab/tug.yaml"


def test_what_an_overlay_adds_stands_behind_what_config_yaml_names():
    overlaid = {"variants": {"mine": {"b": 1}, "tiny-all": {"rank": 1, "tasks": 2}}, "run": None}
    order_as(overlaid, {"run": None, "variants": {"tiny-all": {"tasks": 0, "rank": 0}}})
    assert list(overlaid) == ["run", "variants"]
    assert list(overlaid["variants"]) == ["tiny-all", "mine"]
    assert overlaid["variants"]["tiny-all"] == {"tasks": 2, "rank": 1}
    assert list(overlaid["variants"]["tiny-all"]) == ["tasks", "rank"]
