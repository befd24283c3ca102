import os
import subprocess
import sys

import pytest

from biomechgpt.checkpoints import file_sha256, fingerprint, open_checkpoints
from biomechgpt.files import replacing


def test_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "out.txt"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"


def test_failure_leaves_the_old_file_and_no_temporary(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["out.txt"]
    assert path.read_text() == "old"


def test_folder_takes_the_place_of_a_folder(tmp_path):
    path = tmp_path / "model"
    path.mkdir()
    (path / "old").touch()
    with replacing(path) as temporary:
        temporary.mkdir()
        (temporary / "new").touch()
    assert [file.name for file in path.iterdir()] == ["new"]


def test_checkpoints_of_the_same_run_stay_and_others_go(tmp_path):
    folder = open_checkpoints(tmp_path / "c", fingerprint({"a": 1}, "code"))
    (folder / "latest.pt").touch()
    assert (open_checkpoints(folder, fingerprint({"a": 1}, "code")) / "latest.pt").exists()
    assert not (open_checkpoints(folder, fingerprint({"a": 2}, "code")) / "latest.pt").exists()


def test_fingerprint_does_not_depend_on_the_order_of_keys():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1, "b": 2}) != fingerprint({"a": 2, "b": 1})


def test_hash_of_a_file(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert file_sha256(tmp_path / "f").startswith("ba7816bf8f01cfea")


def test_log_takes_what_python_children_and_tracebacks_print(tmp_path, root):
    script = (
        "import os, sys\n"
        f"sys.path.insert(0, {str(root / 'workflow_scripts')!r})\n"
        "from biomechgpt import job\n"
        f"log = job.start({str(tmp_path / 'log')!r}, 'rule')\n"
        "log.info('a line'); print('printed', flush=True); os.system('echo child')\n"
        "raise ValueError('traceback')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
    text = (tmp_path / "log").read_text()
    for word in ("a line", "printed", "child", "ValueError: traceback"):
        assert word in text


@pytest.mark.parametrize(("gpus", "seen"), [(0, ""), (1, "0,1")])
def test_a_job_that_asked_for_no_gpu_sees_none(tmp_path, root, gpus, seen):
    script = (
        "import os, sys\n"
        f"sys.path.insert(0, {str(root / 'workflow_scripts')!r})\n"
        "from biomechgpt import job\n"
        f"job.start({str(tmp_path / 'log')!r}, 'rule', {gpus})\n"
        "print('cards', os.environ['CUDA_VISIBLE_DEVICES'])\n"
    )
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "0,1"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert (tmp_path / "log").read_text().strip() == f"cards {seen}".strip()


def test_a_terminal_still_gets_bars_of_progress_but_not_all(tmp_path, root):
    script = (
        "import logging, sys\n"
        f"sys.path.insert(0, {str(root / 'workflow_scripts')!r})\n"
        "from biomechgpt import job\n"
        "job.SECONDS_BETWEEN_LINES = 0.5\n"
        f"log = job.start({str(tmp_path / 'a.log')!r}, 'rule')\n"
        "import time; progress = logging.getLogger(job.PROGRESS)\n"
        "def say(text, share): progress.info(text, extra={'share': share})\n"
        "say('too soon', 0.1); time.sleep(0.6); say('step 1', 0.25); log.info('a detail')\n"
        "say('step 2', 0.5)\n"
    )
    ours, theirs = os.openpty()
    subprocess.run([sys.executable, "-c", script], stderr=theirs, check=True)
    shown = os.read(ours, 4000).decode()
    assert all(words in shown for words in ("━━━", "25%", "step 1"))
    assert not [words for words in ("too soon", "step 2", "a detail") if words in shown]
    os.close(ours), os.close(theirs)
    text = (tmp_path / "a.log").read_text()
    assert all(words in text for words in ("too soon", "step 1", "a detail", "step 2"))
