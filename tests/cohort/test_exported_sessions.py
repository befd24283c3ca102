"""Pose2Sim projects and folders of Vicon, Visual3D and Xsens exports become a cohort folder."""

from pathlib import Path

import numpy as np
import pytest

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.cohort.session_import.importing import import_sessions
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.joint_centre_files import joint_centres, trc_of, walk
from tests.helpers.motion_files import INGEST, MAPS, SKELETONS, gait, mot
from tests.helpers.session_files import mvn_angles, mvnx, nexus, remark, sagittal, tables, visual3d

HIP_FLEXION_R = COORDINATE_NAMES.index("hip_flexion_r")
READING = reading_with(MAPS + SKELETONS, INGEST)


def pose2sim_project(folder: Path) -> Path:
    """A project of an early version (session, participant, trial) beside trials of a late one."""
    points = trc_of(joint_centres("halpe26", *walk(n_frames=90)), np.arange(90) / 60)
    for trial in ("P1/T1", "P1/T2", "Both/T1", "Trial_1"):
        place = folder / trial
        (place / "pose-3d").mkdir(parents=True)
        (place / "Config.toml").write_text("[project]\n")
        (place.parent / "Config.toml").write_text("[project]\n")
        persons = ("_P1", "_P2") if trial.startswith("Both") else ("",)
        for person in persons:
            for version in ("", "_filt_butterworth", "_filt_butterworth_LSTM"):
                name = f"{place.name}{person}_0-90{version}.trc"
                (place / "pose-3d" / name).write_text(points)
    (folder / "Trial_1/kinematics").mkdir()
    (folder / "Trial_1/kinematics/Trial_1_0-90_filt_butterworth.mot").write_text(mot(gait()))
    return folder


def test_a_pose2sim_project_gives_each_recording_once(tmp_path):
    folder = pose2sim_project(tmp_path / "session")
    imported = import_sessions([folder], folder)
    rows = [line.split("\t") for line in tables(folder)[1].splitlines()[1:]]
    assert [(person, file) for _, person, file in rows] == [
        ("n/a", "Both/T1/pose-3d/T1_P1_0-90_filt_butterworth.trc"),
        ("n/a", "Both/T1/pose-3d/T1_P2_0-90_filt_butterworth.trc"),
        ("P1", "P1/T1/pose-3d/T1_0-90_filt_butterworth.trc"),
        ("P1", "P1/T2/pose-3d/T2_0-90_filt_butterworth.trc"),
        ("n/a", "Trial_1/kinematics/Trial_1_0-90_filt_butterworth.mot"),
    ]
    assert tables(folder)[0] == "participant_id\nP1\n"
    assert remark(imported, "other versions").startswith("11 files")
    maps = {read_recording(folder / file, {}, READING).map_name for _, _, file in rows}
    assert maps == {"halpe26", "opensim_rajagopal"}


def test_without_config_toml_a_folder_of_points_is_no_project(tmp_path):
    folder = pose2sim_project(tmp_path / "session")
    for config in folder.rglob("Config.toml"):
        config.unlink()
    with pytest.raises(InputError, match="holds no recordings"):
        import_sessions([folder], folder)


def exports(folder: Path) -> Path:
    folder.mkdir()
    walking = gait(120, 60)
    (folder / "xsens.mvnx").write_text(mvnx(mvn_angles(walking)))
    (folder / "vicon.csv").write_text(nexus("P07"))
    (folder / "unnamed.csv").write_text(nexus(""))
    theia = sagittal(walking, "{side}{joint}Angles_Theia")
    (folder / "theia.txt").write_text(visual3d(theia, walking["time"]))
    (folder / "timeless.txt").write_text(visual3d(theia))
    (folder / "forces.csv").write_text("Devices\n1000\n,,Plate\nFrame,Sub Frame,Fx\n,,N\n1,0,3\n")
    (folder / "readme.txt").write_text("Dear all\n")
    (folder / "ages.csv").write_text("name,age\na,3\n")
    return folder


def test_exports_are_told_by_their_content_and_what_they_lack_is_said(tmp_path):
    folder = exports(tmp_path / "exports")
    imported = import_sessions([folder], folder)
    rows = [line.split("\t") for line in tables(folder)[1].splitlines()[1:]]
    persons = {trial: person for trial, person, _ in rows}
    assert persons == {
        "theia": "n/a", "timeless": "n/a", "unnamed": "n/a", "vicon": "P07", "xsens": "n/a",
    }  # fmt: skip
    assert remark(imported, "frame_rate_hz").startswith("timeless.txt carries no time")
    assert "Model Outputs" in remark(imported, "forces.csv was left out")
    assert remark(imported, "do not say whose").startswith("4 recordings")
    for trial, _, file in rows:
        row = {"frame_rate_hz": "60"} if trial == "timeless" else {}
        assert len(read_recording(folder / file, row, READING).time_s) > 50


def side_by_side(*exports: str) -> str:
    """Exports of Visual3D in one table, as it writes all active files; shorter ones end in blank cells."""
    tables = [[line.split("\t") for line in text.split("\r\n")[:-1]] for text in exports]
    length = max(map(len, tables))
    rows = []
    for number in range(length):
        row = [next(table[number][0] for table in tables if len(table) == length)]
        for table in tables:
            row += table[number][1:] if number < len(table) else [""] * (len(table[0]) - 1)
        rows.append("\t".join(row))
    return "\r\n".join([*rows, ""])


def test_recordings_of_visual3d_side_by_side_become_files_of_their_own(tmp_path):
    sources = (r"C:\lab\P01\walk.c3d", r"C:\lab\P02\walk.c3d", r"C:\lab\..\P02\=x.c3d")
    walks = [gait(n_frames, 100) for n_frames in (90, 120, 60)]
    signals = [sagittal(walked, "{side}{joint}Angles_Theia") for walked in walks]
    pairs = zip(signals, walks, sources, strict=True)
    content = side_by_side(
        *(visual3d(own, walked["time"], source) for own, walked, source in pairs)
    )
    folder = tmp_path / "theia"
    folder.mkdir()
    (folder / "all.txt").write_text(content, newline="")
    for _ in range(2):
        imported = import_sessions([folder], folder, r"/(P\d+)/")
        assert "holds 3 recordings" in remark(imported, "all.txt")
    trials = read_cohort("c", folder).trials.set_index("file")
    assert trials["participant_id"].to_dict() == {
        "all/P01/walk.txt": "P01", "all/P02/walk.txt": "P02", "all/P02/_=x.txt": "P02",
    }  # fmt: skip
    for file, walked in zip(
        ("all/P01/walk.txt", "all/P02/walk.txt", "all/P02/_=x.txt"), walks, strict=True
    ):
        hip_rad = read_recording(folder / file, {}, READING).frames[:, HIP_FLEXION_R]
        np.testing.assert_allclose(np.degrees(hip_rad), walked["hip_flexion_r"], atol=1e-3)


def test_a_pattern_finds_the_participants_in_the_paths(tmp_path):
    for person in ("A1", "B2"):
        exports(tmp_path / person)
    imported = import_sessions([tmp_path], tmp_path, r"([^/]+)/")
    cohort = read_cohort("c", tmp_path)
    assert cohort.participants["participant_id"].tolist() == ["A1", "B2"]
    assert cohort.trials["participant_id"].value_counts().to_dict() == {"A1": 5, "B2": 5}
    assert not [text for text in imported.remarks if "whose" in text]


def test_a_pattern_that_is_none_is_refused(tmp_path):
    exports(tmp_path / "a")
    with pytest.raises(InputError, match="no regular expression"):
        import_sessions([tmp_path], tmp_path, "(")
    assert not (tmp_path / "trials.tsv").exists()


def test_nothing_to_import_names_what_is_read_and_what_is_not(tmp_path):
    (tmp_path / "a.cmz").write_bytes(b"x")
    with pytest.raises(
        InputError, match=r"OpenCap.*Pose2Sim.*\.mvnx.*Not read are Xsens \.mvn and \.xlsx"
    ):
        import_sessions([tmp_path], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.cmz"]


def test_two_recordings_never_share_an_id(tmp_path):
    folder = exports(tmp_path / "exports")
    (folder / "vicon.mvnx").write_text(mvnx(mvn_angles(gait(120, 60))))
    with pytest.raises(
        InputError, match=r"vicon\.csv and vicon\.mvnx .* would both be trial 'vicon'"
    ):
        import_sessions([folder], folder)
    assert not (folder / "trials.tsv").exists()
