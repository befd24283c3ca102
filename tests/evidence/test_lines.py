"""Lines of evidence: measured on joint angles, in order, in words, and never from a label."""

import re

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.evidence.lines import EvidenceLine, evidence_lines, write_evidence
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.walking_strides import walking_strides
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.outcomes import write_outcomes
from biomechgpt.recordings.recording import reading_with
from biomechgpt.recordings.trajectories import read_trajectories
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from tests.helpers.fake_study import walk
from tests.helpers.paths import ROOT, read_yaml
from tests.helpers.simulated_trials import RATE_HZ

KNEE_R = JOINT_NAMES.index("knee_angle_r")
SWING = "knee_flexion_swing"
ENDS = (None, 55.0), (55.0, 66.0), (55.0, None)


def stiff_right_knee() -> np.ndarray:
    angles = walk(0).copy()
    angles[:, KNEE_R] *= 0.3
    return angles


def line_of(lines, quantity, side):
    return next(line for line in lines if (line.quantity, line.side) == (quantity, side))


def test_a_stiff_knee_is_said_of_its_side_with_its_value_and_what_is_usual(normal):
    lines = evidence_lines(stiff_right_knee(), RATE_HZ, normal)
    right = line_of(lines, SWING, "right")
    assert (right.joint, right.unit, right.direction) == ("knee", "°", "below")
    strides = walking_strides(stiff_right_knee(), RATE_HZ)
    peaks = [s.angles_deg["knee_flexion"][50:].max() for s in strides if s.side == "r"]
    assert right.value == pytest.approx(np.mean(peaks))
    assert line_of(lines, SWING, "left").direction == "within"
    times = rf"{right.start_s:.1f} to {right.end_s:.1f} s: "
    words = rf"right peak knee flexion in swing {right.value:.0f}°, usual \d+ to \d+, below"
    assert re.fullmatch(times + words, right.text)


def test_times_are_those_of_the_strides_behind_the_value(normal):
    lines = evidence_lines(walk(0), RATE_HZ, normal)
    strides = [s for s in walking_strides(walk(0), RATE_HZ) if s.side == "l"]
    left = line_of(lines, SWING, "left")
    assert left.start_s == strides[0].times_s.contact
    assert left.end_s == strides[-1].times_s.next_contact


def test_lines_farthest_from_what_is_usual_come_first(normal):
    lines = evidence_lines(stiff_right_knee(), RATE_HZ, normal)
    assert (lines[0].joint, lines[0].side) == ("knee", "right")
    outside = [line.direction != "within" for line in lines]
    assert outside == sorted(outside, reverse=True)


def test_of_what_is_not_recorded_there_is_no_line(normal):
    angles = walk(0).copy()
    angles[:, JOINT_NAMES.index("ankle_angle_r")] = np.nan
    lines = evidence_lines(angles, RATE_HZ, normal)
    assert [line for line in lines if (line.joint, line.side) == ("ankle", "right")] == []
    assert [line for line in lines if line.joint == "knee"] != []
    assert evidence_lines(np.zeros((90, 34)), RATE_HZ, normal) == []


@pytest.mark.parametrize(("low", "high"), ENDS)
@pytest.mark.parametrize("value", [20.0, 60.0, 90.0])
def test_a_negated_line_says_the_opposite(low, high, value):
    line = EvidenceLine(0.4, 2.0, "left", "knee", "k", "knee", value, "°", 0, low, high)
    negated = line.negated()
    assert (negated.direction == "within") == (line.direction != "within")
    assert negated.text.endswith(negated.direction)
    assert negated.text != line.text


def test_a_line_never_contradicts_the_numbers_that_it_shows():
    line = EvidenceLine(0.4, 2.0, "left", "knee", "k", "knee", 54.6, "°", 0, 55.3, 66.0)
    assert line.text == "0.4 to 2.0 s: left knee 55°, usual 55 to 66, within"


def test_a_line_says_what_the_measured_record_says(normal):
    record = {(q.key, q.side or ""): q for q in measured_record(walk(1), RATE_HZ, normal)}
    lines = evidence_lines(walk(1), RATE_HZ, normal)
    for line in lines:
        own = record[line.quantity, line.side]
        assert own.text in line.text
        assert (line.usual_low, line.usual_high) == (own.usual.low, own.usual.high)
    assert len(lines) > 15


def evidence_of(folder, normal, path) -> bytes:
    """The evidence of a cohort folder by the way of the workflow."""
    config = read_yaml("config.yaml")
    maps = [path for name in ("coordinate_maps", "skeletons")
            for path in sorted((ROOT / "resources" / name).glob("*.yaml"))]  # fmt: skip
    reading = reading_with(maps, IngestSettings.model_validate(config["ingest"]))
    motion = MotionSettings.model_validate(config["motion"])
    files = motion_files(read_cohorts([{"name": "c", "path": str(folder)}]), reading)
    outcomes = (strip(outcome, motion) for outcome in read_trajectories(files, reading))
    shard = path.with_suffix(".angles")
    write_outcomes(outcomes, JOINT_NAMES, "rad", False, shard, path.with_suffix(".issues"))
    write_evidence(shard, motion.frame_rate_hz, normal, path)
    return path.read_bytes()


def test_permuted_labels_give_identical_lines(labelled_cohort, normal, tmp_path):
    lines = evidence_of(labelled_cohort, normal, tmp_path / "lines.parquet")
    for name, label in (("participants.tsv", "diagnosis"), ("trials.tsv", "walking_speed_m_s")):
        table = pd.read_csv(labelled_cohort / name, sep="\t", dtype=str, keep_default_na=False)
        before = table[label].tolist()
        table[label] = before[::-1]
        assert table[label].tolist() != before
        table.to_csv(labelled_cohort / name, sep="\t", index=False)
    assert evidence_of(labelled_cohort, normal, tmp_path / "again.parquet") == lines
    table = pd.read_parquet(tmp_path / "lines.parquet")
    assert table["trial_id"].nunique() == 4
    assert (table["text"] != table["negated_text"]).all()


def test_the_rule_reads_joint_angles_and_what_is_usual_and_nothing_else(root):
    rule = (root / "rules/evidence.smk").read_text().partition("rule evidence_all")[0]
    inputs = rule.partition("input:")[2].partition("output:")[0].splitlines()
    names = [line.strip().partition("=")[0] for line in inputs if line.strip()]
    assert names == ["joint_angles", "normal"]
