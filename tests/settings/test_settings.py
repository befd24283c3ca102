"""The models of the config's sections: strict, cheap, and on disk what was written in YAML."""

import json
import subprocess
import sys

import pytest
import yaml
from pydantic import ValidationError

from biomechgpt.settings.finetune_section import TrainingSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.tasks_section import TaskSettings
from tests.helpers.paths import ROOT

MOTION = {"frame_rate_hz": 30, "max_gap_s": 0.5, "min_duration_s": 1, "zero_joints": []}


def test_what_is_stored_is_byte_by_byte_what_config_yaml_says():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    sections = {key: config[key] for key in RunSettings.model_fields if key in config}
    run = RunSettings.model_validate(sections)
    assert run.to_dict() == sections
    for section in ("motion", "tokenizers", "base_models", "variants"):
        assert json.dumps(run.to_dict()[section]) == json.dumps(config[section])
    for model, entry in [
        (TrainingSettings, config["finetune"]),
        *((QuestionSettings, task) for task in config["tasks"].values()),
    ]:
        part = {key: value for key, value in entry.items() if key in model.model_fields}
        assert json.dumps(model.model_validate(part).to_dict()) == json.dumps(part)


def test_a_value_that_is_left_out_stays_out():
    task = TaskSettings.model_validate({"kind": "regression", "label": "tug_s"})
    assert task.options == []
    assert task.to_dict() == {"kind": "regression", "label": "tug_s"}


@pytest.mark.parametrize(
    "change", [{"max_gap": 1}, {"max_gap_s": "1"}, {"max_gap_s": True}, {"zero_joints": ["a", "a"]}]
)
def test_unknown_keys_and_other_types_are_refused(change):
    with pytest.raises(ValidationError):
        MotionSettings.model_validate(MOTION | change)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        MotionSettings.model_validate(MOTION).max_gap_s = 1


def test_settings_load_nothing_heavy():
    heavy = "{'torch', 'pandas', 'numpy', 'transformers'}"
    command = f"import sys, biomechgpt.settings.run_settings; print({heavy} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert loaded.stdout.strip() == "set()", loaded.stderr
