"""What was asked for against what is measured: known agreement gives known figures."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.body.gait import measure_gait
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.synthesis.control import COLUMNS, control, rejected_share, summary
from biomechgpt.synthesis.synthetic_files import (
    Origin,
    Rejection,
    SyntheticMovement,
    write_movements,
    write_rejections,
)
from tests.helpers.small_generation import WALK

RATE_HZ = 30.0
ORIGIN = Origin("fold-0", "words", 0)


def walk(stride_s, side):
    """Legs that swing, one of them less."""
    time_s = np.arange(0, 4, 1 / RATE_HZ)
    angles = np.zeros((len(time_s), 34), np.float32)
    for leg, shift in (("r", 0.0), ("l", np.pi)):
        phase, gain = 2 * np.pi * time_s / stride_s + shift, 0.5 if leg == side else 1.0
        angles[:, JOINT_NAMES.index(f"hip_flexion_{leg}")] = 0.4 * np.sin(phase)
        angles[:, JOINT_NAMES.index(f"knee_angle_{leg}")] = -gain * np.clip(np.cos(phase), 0, None)
    return angles


@pytest.fixture
def task():
    content = WALK.to_dict()
    content["condition_on"]["cadence_steps_min"] = content["condition_on"].pop("speed")
    return GenerationTaskSettings.model_validate(content)


def test_cadence_is_measured_and_sides_are_read_from_movement(task, tmp_path):
    people, rows = np.random.default_rng(0).uniform(0.9, 1.5, 24), []
    with FrameWriter(tmp_path / "0.parquet", JOINT_NAMES, "rad") as writer:
        for number, stride_s in enumerate(people):
            side, split = "lr"[number % 2], "train" if number < 16 else "test"
            writer.write({"trial_id": f"t{number}"}, walk(stride_s, side))
            rows.append((f"t{number}", f"p{number}", split, "yes", side, None))
    columns = ["trial_id", "participant_id", "split", "impaired", "side", "cadence_steps_min"]
    movements = [
        SyntheticMovement(
            number,
            {"side": "rl"[number % 2], "cadence_steps_min": f"{cadence}"},  # the other side
            walk(120 / cadence, "lr"[number % 2]),
        )
        for number, cadence in enumerate((80, 95, 110, 125))
    ]
    files = {
        "joint_angles": tmp_path / "a/b/c/d/x.parquet",
        "trials": tmp_path / "a/b/c/d/trials.tsv",
    }
    files["joint_angles"] = files["trials"].with_name("joint_angles.parquet")
    write_movements(files["joint_angles"], files["trials"], ORIGIN, movements, RATE_HZ)
    conditions = pd.DataFrame(rows, columns=columns)
    table = control(files, [tmp_path / "0.parquet"], conditions, task, RATE_HZ)
    measured = table[table["condition"] == "cadence_steps_min"]["read"].astype(float)
    expected = [measure_gait(m.angles_rad, RATE_HZ).cadence_steps_min for m in movements]
    np.testing.assert_allclose(measured, expected, atol=1e-3)
    figures = summary(table).set_index("condition")
    assert figures.loc["cadence_steps_min", "r"] > 0.99
    assert figures.loc["side", "right"] == 0.0  # each moves as the other side would
    assert figures.loc["side", "real_right"] == 1.0
    assert "impaired" not in figures.index  # nobody to tell apart


def test_figures_of_a_known_table():
    numbers = [
        ("a", "speed", "synthetic", "number", e, r) for e, r in [("1", "2"), ("2", "4"), ("3", "6")]
    ]
    classes = [("a", "side", "synthetic", "class", "l", r) for r in "llr"]
    classes += [("b", "side", "real test", "class", "r", r) for r in "rl"]
    figures = summary(pd.DataFrame([*numbers, *classes], columns=COLUMNS)).set_index("condition")
    assert figures.loc["speed", ["n", "r", "slope", "mae"]].tolist() == pytest.approx([3, 1, 2, 2])
    assert figures.loc["side", ["right", "real_right"]].tolist() == pytest.approx([2 / 3, 0.5])
    assert figures.loc["side", "low"] <= 2 / 3 <= figures.loc["side", "high"]


def test_what_was_rejected_counts(tmp_path):
    movement = SyntheticMovement(0, {}, walk(1.0, "r"))
    write_movements(tmp_path / "a.parquet", tmp_path / "t.tsv", ORIGIN, [movement] * 3, RATE_HZ)
    write_rejections(tmp_path / "r.tsv", ORIGIN, [Rejection(1, "too_fast", "legs")])
    assert rejected_share([tmp_path / "t.tsv"], [tmp_path / "r.tsv"]) == 0.25
