"""Which walks the report shows, and what it says where there is none."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.report.sections.gait_examples import GaitFiles, gait_examples
from tests.helpers.normal_walks import RATE_HZ, normal_walk
from tests.helpers.paths import ROOT

BENT_DEG = {"a": 0, "b": -20, "c": -8, "trained": -40}  # of the right knee
STILL = np.zeros((200, len(JOINT_NAMES)))


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    path = tmp_path_factory.mktemp("gait") / "0.parquet"
    with FrameWriter(path, JOINT_NAMES, unit="rad") as writer:
        for trial_id, degrees in BENT_DEG.items():
            writer.write({"trial_id": trial_id}, normal_walk({"knee_angle": degrees}))
        writer.write({"trial_id": "still"}, STILL)
        writer.write({"trial_id": "short"}, normal_walk({"knee_angle": -50})[:150])
    return path


def blocks_of(shard, people: dict[str, str]):
    """The section of trials of people by the name of the trial, with the split of each."""
    trials = pd.DataFrame({"trial_id": list(people), "participant_id": list(people)})
    folds = pd.DataFrame({"participant_id": list(people), "split": list(people.values())})
    resources = [ROOT / "resources" / name for name in ("normal_gait.yaml", "normal_ranges.yaml")]
    return gait_examples(GaitFiles([shard], *resources), trials, folds, RATE_HZ)


def test_the_middle_and_the_least_normal_walk_of_test_participants_are_shown(shard):
    splits = dict.fromkeys([*BENT_DEG, "still", "short"], "test") | {"trained": "train"}
    text, middle, middle_panel, last, last_panel = blocks_of(shard, splits)
    assert "(3 of 5)" in text.text
    assert middle.text.startswith("c: gait profile score ")
    assert last.text.startswith("b: gait profile score ")
    assert "What was measured of c" in middle_panel.html
    assert last_panel.html.count("<svg") == 4


def test_one_walk_is_shown_once(shard):
    assert [block.kind for block in blocks_of(shard, {"a": "test"})] == [
        "text",
        "heading",
        "markup",
    ]


def test_without_a_walk_there_is_a_sentence(shard):
    (block,) = blocks_of(shard, {"still": "test", "a": "train"})
    assert block.text.startswith("No trial of the test participants has six walking strides")
