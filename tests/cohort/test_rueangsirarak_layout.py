"""The folder of Rueangsirarak et al. 2018 becomes a cohort folder by the names of its files."""

import pytest

from biomechgpt.cohort.rueangsirarak_mocap import lay_out
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from tests.helpers.paths import RECORDINGS

SOURCE = RECORDINGS / "hubertshum_gait_disorder"
NAMES = ("SubjectA1_Cycle1", "SubjectA1_Cycle2", "SubjectC16_Cycle1", "SubjectD10_Cycle1")


def test_patients_walk_abnormally_and_the_healthy_group_does_not(tmp_path):
    for name in (*NAMES, "calibration"):
        (tmp_path / f"{name}.bvh").write_text("")
    assert lay_out(tmp_path) == 4
    cohort = read_cohort("patients", tmp_path)
    assert cohort.participants["participant_id"].tolist() == ["A1", "C16", "D10"]
    trials = cohort.trials.set_index("trial_id")
    assert trials["abnormal_gait"].to_dict() == {
        "A1_1": "yes", "A1_2": "yes", "C16_1": "yes", "D10_1": "no",
    }  # fmt: skip
    assert trials.loc["A1_2", "file"] == "SubjectA1_Cycle2.bvh"


def test_a_folder_without_recordings_says_what_to_name(tmp_path):
    with pytest.raises(InputError, match=r"SubjectA1_Cycle1\.bvh: name the folder dataset"):
        lay_out(tmp_path)


@pytest.mark.skipif(not SOURCE.is_dir(), reason=f"the recordings are not at {SOURCE}")
def test_the_groups_are_those_of_the_annotations(tmp_path):
    annotations = dict(
        line.split(",") for line in (SOURCE / "annotations.csv").read_text().splitlines()[1:]
    )
    for path in SOURCE.glob("*.bvh"):
        (tmp_path / path.name).touch()
    lay_out(tmp_path)
    trials = read_cohort("patients", tmp_path).trials
    healthy = trials["file"].map(lambda file: annotations[file.removesuffix(".bvh")] == "Healthy")
    assert ((trials["abnormal_gait"] == "no") == healthy).all()
    assert healthy.sum() >= 10
