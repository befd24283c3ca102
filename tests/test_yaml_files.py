"""YAML that people hand to one another is read as plain data or refused with its place."""

import pytest

from biomechgpt.errors import InputError
from biomechgpt.yaml_files import LIMIT_BYTES, StrictLoader, read_yaml

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n"
    for old, new in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "line 1: not valid YAML"),
        (LAUGHS, r"line 2: .*no \*alias"),
        ("&a [*a]", r"no \*alias"),
        ("a: 1\nb: 2\na: 3", "line 3: .*'a' stands twice, in line 1 too"),
        ("a:\n\tb: 1", r"line 2: .*indent with spaces, not with tabs"),
        ("a:\n  b: 1\n c: 2", r"line 3: .*must begin in the same column"),
        ("a: 1\n  b: 2", r"line 2: .*with the same indentation"),
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


def test_a_key_that_only_a_mixed_in_mapping_repeats_stands_once(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("x: {a: &a {<<: {k: 1}, k: 2}}\nb: {<<: *a, k: 3}\n")
    assert read_yaml(path, StrictLoader) == {"x": {"a": {"k": 2}}, "b": {"k": 3}}
