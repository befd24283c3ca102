import subprocess

import pytest

from biomechgpt import seals
from biomechgpt.errors import InputError


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "model"
    (made / "deep").mkdir(parents=True)
    (made / "weights").write_bytes(bytes(range(256)))
    (made / "deep" / "words.json").write_text('{"a": 1}')
    seals.seal(made)
    return made


def test_what_was_sealed_is_whole_wherever_it_is_copied(folder, tmp_path):
    seals.check(folder)
    copy = folder.rename(tmp_path / "elsewhere")
    assert seals.is_whole(copy)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=copy, check=True)


@pytest.mark.parametrize("name", ["weights", "deep/words.json"])
@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("bit", [0, 7])
def test_one_flipped_bit_is_noticed(folder, name, place, bit):
    content = bytearray((folder / name).read_bytes())
    content[place] ^= 1 << bit
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name} is damaged.*wrote .*model, delete it"):
        seals.check(folder)
    assert not seals.is_whole(folder)


def test_a_truncated_and_a_missing_file_are_noticed(folder):
    (folder / "weights").write_bytes(b"")
    with pytest.raises(InputError, match="weights is damaged"):
        seals.check(folder)
    (folder / "weights").unlink()
    with pytest.raises(InputError, match="weights is missing"):
        seals.check(folder)


@pytest.mark.parametrize("content", [b"no digest\n", b"\xff\xfe", b"0" * 64 + b"  weights\n"])
def test_a_damaged_seal_is_noticed(folder, content):
    (folder / "SHA256SUMS").write_bytes(content)
    with pytest.raises(InputError):
        seals.check(folder)


def test_a_file_is_sealed_beside_itself(tmp_path):
    path = tmp_path / "tokens.parquet"
    path.write_bytes(b"abc")
    assert not seals.is_whole(path)
    seals.check(path)  # brought by a user, or written before there were seals
    seals.seal(path)
    assert seals.is_whole(path)
    path.write_bytes(b"abd")
    with pytest.raises(InputError, match=r"tokens\.parquet is damaged"):
        seals.check(path)
    path.unlink()
    with pytest.raises(InputError, match=r"tokens\.parquet is missing"):
        seals.check(path)


def test_sealing_anew_after_a_change(folder):
    (folder / "weights").write_bytes(b"new")
    seals.seal(folder)
    seals.check(folder)
    assert "SHA256SUMS" not in (folder / "SHA256SUMS").read_text()


def test_the_seal_of_a_folder_inside_is_sealed_too(folder):
    seals.seal(folder / "deep")
    seals.seal(folder)
    seals.check(folder)
    (folder / "deep/SHA256SUMS").write_text("")
    with pytest.raises(InputError, match="deep/SHA256SUMS is damaged"):
        seals.check(folder)
