"""The folder of Jun et al. 2020 becomes a cohort folder, from its own files or from a table of them."""

import pandas as pd
import pytest

from biomechgpt.cohort.jun_kinect import lay_out
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError

NAMES = ("human1_normal1", "human1_stiff_legged12", "human10_antalgic2")


@pytest.fixture
def originals(tmp_path):
    source = tmp_path / "data/Pathological_Gaits"
    for name in NAMES:
        (source / name).mkdir(parents=True)
        for sensor in (1, 3):
            (source / name / f"{name}_SkeletonData{sensor}.csv").write_text("0\t0\n")
    (source / "readme.csv").write_text("")
    return source


def test_each_sensor_of_a_walk_is_a_trial_that_names_its_walk(originals):
    assert lay_out(originals, originals) == 6
    cohort = read_cohort("jun", originals)
    assert cohort.participants["participant_id"].tolist() == ["P01", "P10"]
    trials = cohort.trials.set_index("trial_id")
    assert trials.index.tolist() == sorted(trials.index)
    row = trials.loc["P01_stiff_legged_12_s3"]
    assert row["file"] == "human1_stiff_legged12/human1_stiff_legged12_SkeletonData3.csv"
    assert (row["walk"], row["gait_pattern"]) == ("P01_stiff_legged_12", "stiff legged")
    assert (row["skeleton"], row["up_axis"]) == ("kinect_v2", "z")
    assert trials["abnormal_gait"].value_counts().to_dict() == {"yes": 4, "no": 2}
    assert trials["affected_side"].value_counts().to_dict() == {"right": 4, "none": 2}
    assert all((originals / file).is_file() for file in trials["file"])


def test_a_packed_table_is_unpacked_in_the_order_of_its_frames(tmp_path):
    rows = [
        {"person": 2, "gait": gait, "walk": 1, "sensor": sensor, "frame": frame,
         "time_ms": 33 * frame, "SpineBase_x_mm": 10 * sensor + frame}
        for gait in ("normal", "lurch") for sensor in (2, 4) for frame in (1, 0, 2)
    ]  # fmt: skip
    pd.DataFrame(rows).to_parquet(tmp_path / "packed.parquet")
    assert lay_out(tmp_path / "packed.parquet", tmp_path / "cohort") == 4
    trials = read_cohort("jun", tmp_path / "cohort").trials.set_index("trial_id")
    frames = pd.read_parquet(tmp_path / "cohort" / trials.loc["P02_lurch_01_s4", "file"])
    assert frames.columns.tolist() == ["time", "SpineBase_x_mm"]
    assert frames["time"].tolist() == [0, 0.033, 0.066]
    assert frames["SpineBase_x_mm"].tolist() == [40, 41, 42]


def test_a_folder_without_recordings_says_what_to_name(tmp_path):
    with pytest.raises(InputError, match=r"human1_normal1_SkeletonData1\.csv: name the folder"):
        lay_out(tmp_path, tmp_path)


def test_recordings_outside_of_the_cohort_folder_are_refused(originals, tmp_path):
    with pytest.raises(InputError, match="is outside of"):
        lay_out(originals, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()
