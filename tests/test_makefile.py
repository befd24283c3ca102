"""What `make` says where the computer lacks what it needs."""

import shutil
import subprocess

import pytest


@pytest.mark.parametrize("python", ["python3.11-that-is-not-there", "false"])
def test_without_python_3_11_make_says_what_to_install(root, tmp_path, python):
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/requirements.lock").touch()
    (tmp_path / "pyproject.toml").touch()
    shutil.copy(root / "Makefile", tmp_path)
    done = subprocess.run(
        ["make", "run", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert f"Python 3.11 with venv is needed, and {python} is not that. Install it" in done.stderr
    assert "make run PYTHON=/path/to/python3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()
