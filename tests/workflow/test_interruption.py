"""A run that is killed ends like one that was left alone; a lock goes when its owner is dead."""

import signal
import subprocess
import sys
import time

import pytest

from tests.helpers.project_copies import copy_project
from tests.workflow.kill_runs import content, run_killed

slow = pytest.mark.slow
UNLOCK = "workflow_scripts/unlock.py"


@slow
def test_killed_and_started_again_equals_left_alone(root, finished, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    story = run_killed(folder, ["presets/ci.yaml"], kills=4, seed=1)
    assert story.hit
    assert set(story.ended.values()) == {1}
    assert content(folder / "results/ci") == content(finished / "results/ci")


@pytest.fixture
def locked(root, tmp_path):
    """A folder with a lock in it, and a function that tries to remove it."""
    (tmp_path / ".snakemake/locks").mkdir(parents=True)
    (tmp_path / ".snakemake/scripts").mkdir()
    lock = tmp_path / ".snakemake/locks/0.output.lock"
    lock.write_text("results/report.html\n")
    command = [sys.executable, str(root / UNLOCK)]
    return lock, lambda: subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)


def test_the_lock_of_a_killed_run_is_removed(locked):
    lock, unlock = locked
    done = unlock()
    assert (done.returncode, done.stderr) == (0, "Removed the lock of a run that was killed.\n")
    assert not lock.exists()
    assert unlock().stderr == ""


def test_a_lock_stays_while_a_job_of_its_run_is_alive(locked, tmp_path):
    lock, unlock = locked
    script = tmp_path / ".snakemake/scripts/tmpx.finetune.py"
    script.write_text("print('up', flush=True); input()")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    job = subprocess.Popen([sys.executable, str(script)], cwd=tmp_path, **pipes)
    job.stdout.readline()
    done = unlock()
    assert done.returncode == 1
    assert f"process {job.pid}:" in done.stderr
    assert lock.exists()
    job.kill()
    job.communicate()
    assert unlock().returncode == 0
    assert not lock.exists()


def test_a_lock_of_another_machine_stays(locked, tmp_path):
    lock, unlock = locked
    (tmp_path / ".snakemake/host").write_text("node17")
    done = unlock()
    assert done.returncode == 1
    assert "A run on node17 holds this folder" in done.stderr
    assert lock.exists()


@slow
def test_a_second_run_in_the_same_folder_is_refused(root, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    command = [sys.executable, "-m", "snakemake", "--configfile", "presets/ci.yaml", "--cores", "1"]
    options = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    first = subprocess.Popen([*command, "ingest_all"], start_new_session=True, **options)
    while not (folder / ".snakemake/host").exists():
        assert first.poll() is None
        time.sleep(0.05)
    first.send_signal(signal.SIGSTOP)  # however fast it is, it is at work now
    second = subprocess.run([*command, "ingest_all"], **options)
    assert second.returncode == 1
    assert "cannot be locked" in second.stdout
    done = subprocess.run([sys.executable, UNLOCK], cwd=folder, capture_output=True, text=True)
    assert f"process {first.pid}:" in done.stderr
    first.send_signal(signal.SIGCONT)
    first.communicate()
    assert first.returncode == 0
