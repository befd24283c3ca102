"""OpenCap sessions become a cohort folder, and nothing that a user wrote is lost."""

import os
import shutil

import pytest

from biomechgpt.cohort.session_import.importing import import_sessions
from biomechgpt.cohort.session_import.session_tables import as_id, trial_id
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.motion_files import INGEST, MAPS, SKELETONS, gait, mot
from tests.helpers.paths import RECORDINGS
from tests.helpers.session_files import METADATA, opencap_session, remark, tables, zipped

WALK = "OpenSimData/Kinematics/walk.mot"
READING = reading_with(MAPS + SKELETONS, INGEST)


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


def test_recordings_that_came_later_are_named(tmp_path):
    session = opencap_session(tmp_path / "s", trials=("walk", "squats"))
    import_sessions([session], session)
    shutil.copy(session / WALK, session / WALK.replace("walk", "jump"))
    with pytest.raises(InputError, match=r"Add OpenSimData/Kinematics/jump\.mot by hand"):
        import_sessions([session], session)
    assert "jump" not in tables(session)[1]


@pytest.mark.parametrize("name", ["participants.tsv", "trials.tsv"])
def test_a_table_that_a_person_filled_in_is_never_touched(tmp_path, name):
    session = opencap_session(tmp_path / "s")
    (session / name).write_text("participant_id\tdiagnosis\nP01\tstroke\n")
    with pytest.raises(InputError, match=f"{name} is there already.*nothing was written"):
        import_sessions([session], session)
    assert (session / name).read_text() == "participant_id\tdiagnosis\nP01\tstroke\n"
    assert len(list(session.glob("*.tsv"))) == 1


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


def test_metadata_are_read_as_they_are_typed(tmp_path):
    session = opencap_session(tmp_path / "s")
    text = METADATA.format(person="0010", height="1.70", sex="no")
    (session / "sessionMetadata.yaml").write_text(text)
    import_sessions([session], session)
    assert tables(session)[0].splitlines()[1] == "0010\t1.70\t83.0\tno"
