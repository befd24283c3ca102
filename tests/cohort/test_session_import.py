"""Sessions as OpenCap, Pose2Sim and laboratories' systems leave them become a cohort folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from biomechgpt.cohort.session_import.importing import import_sessions
from biomechgpt.cohort.session_import.session_tables import as_id, trial_id
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.bombs import archive
from tests.helpers.joint_centre_files import joint_centres, trc_of, walk
from tests.helpers.motion_files import INGEST, MAPS, SKELETONS, gait, mot
from tests.helpers.paths import RECORDINGS
from tests.helpers.session_files import (
    METADATA,
    mvn_angles,
    mvnx,
    nexus,
    opencap_session,
    sagittal,
    visual3d,
)

READING = reading_with(MAPS + SKELETONS, INGEST)


def tables(folder: Path) -> tuple[str, str]:
    return tuple((folder / name).read_text() for name in ("participants.tsv", "trials.tsv"))


def zipped(folder: Path) -> bytes:
    """The folder's files as an archive, under the folder's name."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return archive(
        {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in files}
    )


def remark(imported, words: str) -> str:
    """The one remark with these words."""
    (only,) = [text for text in imported.remarks if words in text]
    return only


def test_an_opencap_session_gives_its_participant_and_trials(tmp_path):
    session = opencap_session(tmp_path / "OpenCapData_1", trials=("walk", "squats", "neutral"))
    imported = import_sessions([session], session)
    assert tables(session) == (
        "participant_id\theight_m\tmass_kg\tgender_mf\nP01\t1.86\t83.0\tm\n",
        "trial_id\tparticipant_id\tfile\n"
        "squats\tP01\tOpenSimData/Kinematics/squats.mot\n"
        "walk\tP01\tOpenSimData/Kinematics/walk.mot\n",
    )
    assert (imported.n_people, imported.n_trials) == (1, 2)
    assert len(imported.remarks) == 1
    assert "neutral.mot is a pose" in remark(imported, "pose")


def test_a_zip_file_gives_the_same_and_leaves_the_videos_in_it(tmp_path):
    session = opencap_session(tmp_path / "OpenCapData_1")
    video = session / "Videos/Cam0/InputMedia/walk/walk.mov"
    video.parent.mkdir(parents=True)
    video.write_bytes(b"film")
    (tmp_path / "down.zip").write_bytes(zipped(session))
    folder = tmp_path / "down"
    import_sessions([tmp_path / "down.zip"], folder)
    assert not list(folder.rglob("*.mov"))
    file = "OpenCapData_1/OpenSimData/Kinematics/walk.mot"
    assert (folder / file).read_bytes() == (tmp_path / file).read_bytes()
    assert tables(folder)[1].splitlines()[1] == f"OpenCapData_1_walk\tP01\t{file}"


def test_a_second_import_changes_nothing(tmp_path):
    (tmp_path / "down.zip").write_bytes(zipped(opencap_session(tmp_path / "OpenCapData_1")))
    folder = tmp_path / "down"
    first = import_sessions([tmp_path / "down.zip"], folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert import_sessions([tmp_path / "down.zip"], folder) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_several_sessions_share_a_folder_and_a_participant(tmp_path):
    for number, person in (("1", "P01"), ("2", "P01"), ("3", "007")):
        session = opencap_session(tmp_path / f"OpenCapData_{number}", person)
        (tmp_path / f"{number}.zip").write_bytes(zipped(session))
    sources = [tmp_path / f"{number}.zip" for number in "123"]
    imported = import_sessions(sources, tmp_path / "cohort")
    assert (imported.n_people, imported.n_trials, imported.remarks) == (2, 3, [])
    cohort = read_cohort("c", tmp_path / "cohort")
    assert cohort.participants["participant_id"].tolist() == ["007", "P01"]
    assert cohort.trials["participant_id"].tolist() == ["P01", "P01", "007"]


def test_what_sessions_say_differently_of_a_person_is_left_open(tmp_path):
    opencap_session(tmp_path / "a", height="1.86", sex="f")
    opencap_session(tmp_path / "b", height="1.68", sex="f")
    imported = import_sessions([tmp_path], tmp_path)
    assert tables(tmp_path)[0] == "participant_id\tmass_kg\tgender_mf\nP01\t83.0\tf\n"
    assert "1.68 and 1.86" in remark(imported, "height_m of P01")


@pytest.mark.parametrize(
    "metadata",
    [None, "", "subjectID:\n", "subjectID: [a, b]\n", "subjectID: 'P01\n", "- a\n", "a: &a [*a]\n"],
)
def test_a_session_that_does_not_say_who_it_is_leaves_the_id_to_a_person(tmp_path, metadata):
    session = opencap_session(tmp_path / "s")
    (session / "sessionMetadata.yaml").unlink()
    if metadata is not None:
        (session / "sessionMetadata.yaml").write_text(metadata)
    imported = import_sessions([session], session)
    assert tables(session)[1].splitlines()[1].split("\t")[:2] == ["walk", "n/a"]
    assert "sessionMetadata.yaml" in remark(imported, "participant not known")
    assert "fill in participant_id" in remark(imported, "do not say whose they are")
    with pytest.raises(InputError, match="line 2, column 'participant_id'"):
        read_cohort("c", session)


def test_two_spellings_that_make_one_id_are_refused(tmp_path):
    opencap_session(tmp_path / "a", "A/1")
    opencap_session(tmp_path / "b", "A:1")
    with pytest.raises(InputError, match="'A/1' and 'A:1' would both be participant 'A_1'"):
        import_sessions([tmp_path], tmp_path)
    assert not (tmp_path / "participants.tsv").exists()


def test_ids_that_look_alike_are_said_at_once(tmp_path):
    opencap_session(tmp_path / "a", "P7")
    opencap_session(tmp_path / "b", "p07")
    imported = import_sessions([tmp_path], tmp_path)
    assert "capitals or leading zeros" in remark(imported, "to correct before a run")


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


@pytest.mark.parametrize("name", ["participants.tsv", "trials.tsv"])
def test_a_table_that_a_person_filled_in_is_never_touched(tmp_path, name):
    session = opencap_session(tmp_path / "s")
    (session / name).write_text("participant_id\tdiagnosis\nP01\tstroke\n")
    with pytest.raises(InputError, match=f"{name} is there already.*nothing was written"):
        import_sessions([session], session)
    assert (session / name).read_text() == "participant_id\tdiagnosis\nP01\tstroke\n"
    assert len(list(session.glob("*.tsv"))) == 1


def test_nothing_to_import_names_what_is_read_and_what_is_not(tmp_path):
    (tmp_path / "a.cmz").write_bytes(b"x")
    with pytest.raises(
        InputError, match=r"OpenCap.*Pose2Sim.*\.mvnx.*Not read are Xsens \.mvn and \.xlsx"
    ):
        import_sessions([tmp_path], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.cmz"]


MOTION = "s/OpenSimData/Kinematics/walk.mot"


@pytest.mark.parametrize(
    "name", [f"../{MOTION}", f"/tmp/{MOTION}", f"s/../../{MOTION}", f"C:\\{MOTION}", f"C:/{MOTION}"]
)
def test_an_archive_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    (tmp_path / "evil.zip").write_bytes(archive({MOTION: b"x", name: b"x"}))
    with pytest.raises(InputError, match="leads out of the folder"):
        import_sessions([tmp_path / "evil.zip"], tmp_path / "evil")
    assert [path.name for path in tmp_path.rglob("*")] == ["evil.zip"]


def test_a_link_in_an_archive_is_refused(tmp_path):
    content = bytearray(archive({MOTION: b"/etc/passwd"}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 5] = 3  # made on Unix
    content[entry + 38 : entry + 42] = (0o120777 << 16).to_bytes(4, "little")
    (tmp_path / "evil.zip").write_bytes(content)
    with pytest.raises(InputError, match="leads out of the folder"):
        import_sessions([tmp_path / "evil.zip"], tmp_path / "evil")


def test_archives_that_are_damaged_or_swell_are_refused(tmp_path):
    whole = archive({MOTION: mot(gait()).encode()})
    encrypted = bytearray(whole)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[whole.index(signature) + place] |= 1
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 255
    bomb = archive({MOTION: bytes(100_000_000)})
    for name, content in (
        ("cut", whole[:-30]),
        ("text", b"x"),
        ("locked", encrypted),
        ("bit", broken),
        ("bomb", bomb),
    ):
        (tmp_path / f"{name}.zip").write_bytes(content)
        with pytest.raises(InputError, match=rf"{name}\.zip (cannot be|would) unpack"):
            import_sessions([tmp_path / f"{name}.zip"], tmp_path / name)
        assert not (tmp_path / name).exists()


def test_a_file_of_the_users_is_not_replaced_by_an_archives(tmp_path):
    own = tmp_path / "down" / MOTION
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    (tmp_path / "down.zip").write_bytes(archive({MOTION: mot(gait()).encode()}))
    with pytest.raises(InputError, match="is there already and is not the file in"):
        import_sessions([tmp_path / "down.zip"], tmp_path / "down")
    assert own.read_text() == "mine"


def test_files_that_a_table_cannot_name_or_nobody_can_read_are_left_out(tmp_path):
    session = opencap_session(tmp_path / "s")
    kinematics = session / "OpenSimData/Kinematics"
    for name in ("a\tb.mot", "a\nb.mot", " a.mot", os.fsdecode(b"\xff.mot")):
        if name.startswith(" "):
            (session / " x").mkdir()
            name = "../../../ x/OpenSimData/Kinematics/a.mot"
            (session.parent / " x/OpenSimData/Kinematics").mkdir(parents=True)
        shutil.copy(kinematics / "walk.mot", kinematics / name)
    (kinematics / "torn.mot").write_text("no header")
    (kinematics / ".hidden.mot").write_text("no header")
    os.mkfifo(kinematics / "pipe.mot")
    imported = import_sessions([session.parent], session.parent)
    assert [line.split("\t")[0] for line in tables(session.parent)[1].splitlines()[1:]] == [
        "s_walk"
    ]
    assert sum("rename it" in text for text in imported.remarks) == 4
    assert "torn.mot" in remark(imported, "endheader")


def test_a_recording_outside_of_the_folder_is_said(tmp_path):
    session = opencap_session(tmp_path / "s")
    (tmp_path / "elsewhere.mot").write_text(mot(gait()))
    (session / "OpenSimData/Kinematics/far.mot").symlink_to(tmp_path / "elsewhere.mot")
    imported = import_sessions([session], session)
    assert "leads by a link to" in remark(imported, "to correct before a run")


def test_a_source_that_is_no_session_is_refused(tmp_path):
    opencap_session(tmp_path / "s")
    for source in (tmp_path / "none", tmp_path / "s/README.txt", tmp_path / "s"):
        with pytest.raises(InputError, match="no zip file, and no folder in"):
            import_sessions([source], tmp_path / "other")


def test_two_recordings_never_share_an_id(tmp_path):
    folder = exports(tmp_path / "exports")
    (folder / "vicon.mvnx").write_text(mvnx(mvn_angles(gait(120, 60))))
    with pytest.raises(
        InputError, match=r"vicon\.csv and vicon\.mvnx .* would both be trial 'vicon'"
    ):
        import_sessions([folder], folder)
    assert not (folder / "trials.tsv").exists()


def test_ids_hold_what_the_tables_allow():
    assert as_id("Müller/1 (left)") == "Müller_1 _left_"
    assert as_id("=SUM(A1)") == "_=SUM_A1_"
    assert as_id("  ") == "_"
    assert trial_id("S/OpenSimData/Kinematics/walk 1.mot") == "S_walk 1"
    assert trial_id("P1/T1/pose-3d/T1_0-90.trc") == "P1_T1_0-90"
    with pytest.raises(InputError, match="200 bytes"):
        as_id("x" * 201)


@pytest.mark.skipif(
    not (RECORDINGS / "MANIFEST.csv").exists(),
    reason=f"the real recordings are not at {RECORDINGS}",
)
def test_real_recordings_of_opencap_are_imported_and_read(tmp_path):
    session = opencap_session(tmp_path / "s", trials=())
    for path in (RECORDINGS / "nimblephysics/OpenCapUnfiltered").glob("*.mot"):
        shutil.copy(path, session / "OpenSimData/Kinematics")
    assert import_sessions([session], session).n_trials == 6
    for file in read_cohort("c", session).trials["file"]:
        assert read_recording(session / file, {}, READING).map_name == "opensim_rajagopal"


def script(root: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(root / "workflow_scripts/import_session.py"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_command_in_the_error_about_a_zip_file_makes_the_cohort(root, tmp_path):
    session = opencap_session(tmp_path / "OpenCapData_1")
    for path in (tmp_path / "my session.zip", session):
        if path.suffix:
            path.write_bytes(zipped(session))
        with pytest.raises(InputError) as error:
            read_cohort("clinic", path)
        python, name, source = shlex.split(str(error.value).split(": ")[-1])
        assert (python, name) == ("python", "workflow_scripts/import_session.py")
        done = script(root, source, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        folder = Path(re.search(r"cohorts\.path is (.+)", done.stdout)[1])
        assert len(read_cohort("clinic", folder).trials) == 1


def test_the_script_says_which_labels_the_tasks_want(root, tmp_path):
    session = opencap_session(tmp_path / "s")
    (session / "OpenSimData/Kinematics/torn.mot").write_text("x")
    done = script(root, str(session), folder=tmp_path)
    assert "- impaired: yes, no\n" in done.stdout
    assert "- walking_speed_m_s: a number, m/s\n" in done.stdout
    assert "torn.mot was left out" in done.stdout
    assert done.stderr == ""


def test_the_script_says_in_a_sentence_what_is_wrong(root, tmp_path):
    done = script(root, str(tmp_path), folder=tmp_path)
    assert done.returncode == 1
    assert "holds no recordings of a session" in done.stderr
    assert "Traceback" not in done.stderr
    done = script(root, "a.zip", "b.zip", folder=tmp_path)
    assert done.returncode == 2
    assert "--folder" in done.stderr


def test_metadata_are_read_as_they_are_typed(tmp_path):
    session = opencap_session(tmp_path / "s")
    text = METADATA.format(person="0010", height="1.70", sex="no")
    (session / "sessionMetadata.yaml").write_text(text)
    import_sessions([session], session)
    assert tables(session)[0].splitlines()[1] == "0010\t1.70\t83.0\tno"
