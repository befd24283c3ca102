"""The gait-cycle panel: what it draws, what its table says, and what stands where nobody walks."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.normal_gait import UsualRange
from biomechgpt.report.gait_panel.gait_panel import gait_panel
from biomechgpt.report.gait_panel.record_table import rows_of
from tests.helpers.normal_walks import RATE_HZ, normal_gait, normal_walk


@pytest.fixture(scope="module")
def panel():
    return gait_panel(normal_walk({"knee_angle": -15}), RATE_HZ, normal_gait(), "S01 <walk>")


def drawings(panel: str) -> dict[str, ET.Element]:
    titles = re.findall(r"<figcaption><b>(.*?)</b>", panel)
    return dict(zip(titles, map(ET.fromstring, re.findall(r"<svg.*?</svg>", panel)), strict=True))


def places(path: ET.Element) -> np.ndarray:
    return np.array(re.findall(r"([\d.-]+) ([\d.-]+)", path.get("d")), float)


def test_every_angle_has_bands_strides_means_and_foot_off(panel):
    names = ["Hip flexion", "Knee flexion", "Ankle dorsiflexion", "Hip adduction"]
    assert list(drawings(panel)) == names
    for svg in drawings(panel).values():
        looks = [path.get("class") for path in svg.iter("path")]
        assert [looks.count(look) for look in ("band", "right mean", "left mean")] == [2, 1, 1]
        assert [looks.count(f"{side} off") for side in ("right", "left")] == [1, 1]
        assert looks.count("right stride") == looks.count("left stride") >= 6


def test_flexion_is_upwards_and_both_legs_have_one_axis(panel):
    paths = {path.get("class"): path for path in drawings(panel)["Knee flexion"].iter("path")}
    right, left = places(paths["right mean"]), places(paths["left mean"])
    assert right[:, 1].mean() < left[:, 1].mean() - 10  # the more bent knee is nearer to the top
    swing = right[:, 1].argmin()
    assert 65 < 100 * swing / (len(right) - 1) < 80


def test_the_table_has_values_usual_ranges_and_strides(panel):
    knee = re.search(r"Peak knee flexion in swing \(°\)</th>(.*?)</tr>", panel, re.DOTALL)[1]
    text = re.sub(r"<[^>]*>", " ", knee)
    assert re.search(r"78 +± 0 +▲ +above usual +63 +± 0 +53 to 73 +\d", text), text


def test_names_are_escaped_and_nothing_is_loaded(panel):
    assert "S01 &lt;walk&gt;" in panel
    assert not re.search(r"src=|href=|url\(|<script", panel)
    assert len(panel) < 60_000


def test_without_strides_there_is_a_sentence():
    panel = gait_panel(np.zeros((200, len(JOINT_NAMES))), RATE_HZ, normal_gait(), "t")
    assert "No gait-cycle curves: there is no walking stride in this trial." in panel
    assert "<svg" not in panel


def test_an_angle_that_is_not_recorded_is_named_and_not_drawn():
    angles_rad = normal_walk()
    angles_rad[:, [JOINT_NAMES.index(f"ankle_angle_{side}") for side in "rl"]] = np.nan
    panel = gait_panel(angles_rad, RATE_HZ, normal_gait(), "t")
    assert list(drawings(panel)) == ["Hip flexion", "Knee flexion", "Hip adduction"]
    assert "Not recorded: Ankle dorsiflexion." in panel
    assert 'class="right off"' not in panel


def test_a_slow_walk_is_said_to_be_slower_than_the_band():
    slow = gait_panel(normal_walk(), 0.6 * RATE_HZ, normal_gait(), "t")
    assert "slower than that of the band" in slow
    assert "slower than that of the band" not in gait_panel(
        normal_walk(), RATE_HZ, normal_gait(), "t"
    )


@pytest.mark.parametrize(
    ("value", "lies"), [(57.6, ""), (57.4, "below"), (66.4, ""), (66.6, "above"), (62, "")]
)
def test_a_value_that_reads_like_the_end_of_the_range_lies_in_it(value, lies):
    usual = UsualRange(58, 66, "source", "group")
    quantity = MeasuredQuantity("k", "stance", "right", value, "%", 0, 3, 1.0, usual, "")
    assert rows_of([quantity])[0].cells[0].lies == lies
