"""YAML that people hand to one another is read as plain data or refused with its place."""

import pytest

from biomechgpt.errors import InputError
from biomechgpt.yaml_files import LIMIT_BYTES, read_yaml

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n"
    for old, new in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "not valid YAML.*line 1"),
        (LAUGHS, r"no \*alias.*line 2"),
        ("&a [*a]", r"no \*alias"),
        ("a: 1\nb: 2\na: 3", "'a' stands twice.*line 3"),
        ("[" * 5000, "not valid YAML"),
        ("? " * 5000, "not valid YAML"),
        ("2001-99-99", "not valid YAML"),
        ("9" * 5000, "not valid YAML"),
        ("!!timestamp x", "not valid YAML"),
        ("!!python/object/apply:os.system [ls]", "not valid YAML"),
        ("{[]: 1}", "not valid YAML"),
        (b"\xff\xfe\x00", "not valid YAML"),
        ("a" * (LIMIT_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(tmp_path, text, words):
    path = tmp_path / "own.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=rf"(?s)own\.yaml.*{words}"):
        read_yaml(path)


def test_plain_yaml_is_read(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: {b: [1, 2.5, null, yes, text]}\n")
    assert read_yaml(path) == {"a": {"b": [1, 2.5, None, True, "text"]}}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no file .*gone\.yaml"):
        read_yaml(tmp_path / "gone.yaml")
