"""Sequences of GAVD become a cohort folder in which a video stands for a person."""

import pandas as pd
import pytest

from biomechgpt.cohort.gavd import lay_out
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from tests.helpers.paths import ROOT, read_yaml

CLASSES = read_yaml("resources/gait_classes.yaml")
PACKED = ROOT.parent / "shared/datasets/gavd_part1"


def frame(sequence, number, label, video, left):
    box = {"top": 100.0, "left": left, "height": 400.0, "width": 200.0}
    return {
        "seq": sequence, "frame_num": number, "cam_view": "right side", "gait_event": None,
        "dataset": "Abnormal Gait", "gait_pat": label, "bbox": str(box),
        "vid_info": str({"width": 1000, "height": 800, "mime_type": "video/mp4"}), "id": video,
        "url": "https://example.org",
    }  # fmt: skip


@pytest.fixture
def original(tmp_path):
    rows = [frame("s1", n, "parkinsons", "-Ab", 100.0 + n) for n in range(1, 4)]
    rows += [frame("s2", n, "exercise", "cd_", 300.0) for n in range(7, 9)]
    path = tmp_path / "GAVD_Clinical_Annotations_1.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_a_file_of_gavd_gives_places_of_boxes_as_shares_of_the_picture(original, tmp_path):
    assert lay_out(original, tmp_path / "c", CLASSES) == 2
    trials = read_cohort("gavd", tmp_path / "c").trials.set_index("trial_id")
    first = trials.loc["s1"]
    assert (first["participant_id"], first["video_id"]) == ("video_-Ab", "-Ab")
    assert float(first["box_x"]) == pytest.approx((102 + 100) / 1000)
    assert float(first["box_y"]) == pytest.approx(300 / 800)
    assert (first["box_width"], first["box_height"]) == ("0.2000", "0.5000")
    assert (first["video_frames"], first["gait_class"]) == ("3", "parkinsonian")
    assert (trials.loc["s2", "gait_pattern"], trials.loc["s2", "gait_class"]) == ("exercise", None)
    boxes = pd.read_parquet(tmp_path / "c" / first["file"])
    assert boxes["left"].tolist() == [101, 102, 103]


def test_what_is_no_file_of_gavd_is_refused(original, tmp_path):
    pd.read_csv(original).drop(columns="bbox").to_csv(original, index=False)
    with pytest.raises(InputError, match="with the columns bbox"):
        lay_out(original, tmp_path / "c", CLASSES)
    with pytest.raises(InputError, match="no CSV file"):
        lay_out(tmp_path / "nothing", tmp_path / "c", CLASSES)


def test_every_class_of_this_project_has_labels_of_gavd_once():
    labels = [label for names in CLASSES.values() for label in names]
    assert len(CLASSES) == 8
    assert len(labels) == len(set(labels))


@pytest.mark.skipif(not PACKED.is_dir(), reason="the boxes of part 1 are not here")
def test_part_one_has_one_label_a_video(tmp_path):
    assert lay_out(PACKED, tmp_path / "c", CLASSES) == 374
    trials = read_cohort("gavd", tmp_path / "c").trials
    assert trials["video_id"].nunique() == 69
    assert (trials.groupby("video_id")["gait_pattern"].nunique() == 1).all()
