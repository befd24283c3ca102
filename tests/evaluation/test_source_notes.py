"""A class that one source alone holds is warned of, and only such a one."""

import pandas as pd

from biomechgpt.evaluation.source_notes import source_notes


def notes(truths, **sources):
    names = [f"t{i}" for i in range(len(truths))]
    known = pd.DataFrame(
        {"task": "gait", "kind": "classification", "trial_id": names, "truth": truths}
    )
    return list(source_notes(known, pd.DataFrame({"trial_id": names} | sources)))


def test_a_class_of_a_single_cohort_is_named():
    (note,) = notes(list("aabb"), cohort=["x", "y", "y", "y"])
    assert (note["task"], note["variant"], note["note"]) == ("gait", "", "source_equals_class")
    assert note["detail"].startswith("All trials of b come from a single cohort")


def test_classes_spread_over_sources_and_a_single_source_are_not():
    assert notes(list("aabb"), cohort=list("xyxy")) == []
    assert notes(list("aabb"), cohort=list("xxxx")) == []
    assert notes(list("aab"), cohort=list("xyx")) == []  # a single trial has a single source


def test_cameras_and_videos_are_looked_at_too():
    both = notes(list("aabb"), cohort=list("xyxy"), camera_view=list("ffss"), video_id=list("uuvw"))
    assert ["camera view" in n["detail"] for n in both] == [True, False]
    assert "All trials of a come from a single video" in both[1]["detail"]
