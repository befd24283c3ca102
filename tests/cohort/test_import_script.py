"""The command that imports a session, as a user starts it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from tests.helpers.session_files import opencap_session, zipped


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
