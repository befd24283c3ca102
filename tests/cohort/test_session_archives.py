"""Zip files of sessions: what is unpacked, and what is refused before anything is written."""

import pytest

from biomechgpt.cohort.session_import.importing import import_sessions
from biomechgpt.errors import InputError
from tests.helpers.bombs import archive
from tests.helpers.motion_files import gait, mot
from tests.helpers.session_files import opencap_session, tables, zipped


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
    with pytest.raises(InputError, match="is there already and is not what"):
        import_sessions([tmp_path / "down.zip"], tmp_path / "down")
    assert own.read_text() == "mine"


def test_an_archive_within_a_folder_is_named(tmp_path):
    session = opencap_session(tmp_path / "s")
    (session / "more.zip").write_bytes(b"x")
    (text,) = import_sessions([session], session).remarks
    assert "more.zip was not unpacked: name it as a source" in text
