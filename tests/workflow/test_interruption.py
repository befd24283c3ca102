"""A lock goes when its owner is dead, and stays while one is alive."""

import signal
import subprocess
import sys
import time

import pytest

UNLOCK = "workflow_scripts/unlock.py"


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


@pytest.mark.slow
def test_a_second_run_in_the_same_folder_is_refused(edited):
    snakemake = [sys.executable, "-m", "snakemake", "--configfile", "presets/ci.yaml"]
    command = [*snakemake, "--cores", "1", "--force", "results/ci/folds.tsv"]
    options = {"cwd": edited, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    host = edited / ".snakemake/host"
    host.unlink(missing_ok=True)  # it was written by the run that has finished
    first = subprocess.Popen(command, start_new_session=True, **options)
    while not host.exists():
        assert first.poll() is None
        time.sleep(0.05)
    first.send_signal(signal.SIGSTOP)  # however fast it is, it is at work now
    second = subprocess.run(command, **options)
    assert second.returncode == 1
    assert "cannot be locked" in second.stdout
    done = subprocess.run([sys.executable, UNLOCK], cwd=edited, capture_output=True, text=True)
    assert f"process {first.pid}:" in done.stderr
    first.send_signal(signal.SIGCONT)
    first.communicate()
    assert first.returncode == 0
