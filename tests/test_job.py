"""What a job does before and after its own work, in a process of its own as Snakemake starts it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = """
import logging, os, sys
from types import SimpleNamespace
from biomechgpt import job
snakemake = SimpleNamespace(
    log=["log"], rule="rule", resources={resources}, input={inputs}, output={outputs}
)
"""


def process(root, folder, lines, resources=None, inputs=(), outputs=(), **options):
    """Run lines of Python as a script of a rule would."""
    begin = BEGIN.format(resources=resources or {}, inputs=list(inputs), outputs=list(outputs))
    command = [sys.executable, "-c", begin + "\n".join(lines)]
    done = subprocess.run(command, cwd=folder, **options)
    return done, (Path(folder) / "log").read_text()


def test_log_takes_what_python_children_and_tracebacks_print(tmp_path, root):
    lines = [
        "log = job.start(snakemake)",
        "log.info('a line'); print('printed', flush=True); os.system('echo child')",
        "raise ValueError('traceback')",
    ]
    done, text = process(root, tmp_path, lines, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert done.returncode == 1
    for word in ("a line", "printed", "child", "ValueError: traceback"):
        assert word in text


def test_what_a_user_did_wrong_is_one_sentence_and_a_bug_has_its_frames(tmp_path, root):
    lines = [
        "from biomechgpt.errors import InputError; from biomechgpt.files import replacing",
        "job.start(snakemake)",
        "with replacing('out') as path:",
        "    raise InputError('config.yaml: correct it')",
    ]
    _, text = process(root, tmp_path, lines)
    assert text == "biomechgpt.errors.InputError: config.yaml: correct it\n"
    _, text = process(root, tmp_path, [*lines[:-1], "    raise KeyError('correct it')"])
    assert "Traceback" in text
    assert "in <module>\n" in text


def test_a_full_disk_is_called_full_where_no_log_can_be_written(tmp_path, root):
    lines = [
        "job.start(snakemake)",
        "with open('/dev/full', 'w') as file:",
        "    file.write('x' * 100_000)",
    ]
    done, text = process(root, tmp_path, lines, stderr=subprocess.PIPE, text=True)
    assert done.stderr.startswith("The disk is full, or your share of it. Free some space")
    assert "No space left on device" in text


@pytest.mark.parametrize(("resources", "seen"), [({}, ""), ({"gpu": 0}, ""), ({"gpu": 1}, "0")])
def test_a_job_sees_the_one_gpu_that_it_asked_for(tmp_path, root, resources, seen):
    lines = ["job.start(snakemake)", "print('cards', os.environ['CUDA_VISIBLE_DEVICES'])"]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "0,1", "TMPDIR": str(tmp_path)}
    _, text = process(root, tmp_path, lines, resources, env=environment)
    assert text.strip() == f"cards {seen}".strip()


def test_a_job_computes_with_its_own_number_of_threads(tmp_path, root):
    lines = ["job.start(snakemake, 3)", "import torch", "print(torch.get_num_threads())"]
    offered = {"OMP_NUM_THREADS": "7", "MKL_NUM_THREADS": "5", "OMP_THREAD_LIMIT": "1"}
    _, text = process(root, tmp_path, lines, env=os.environ | offered | {"MKL_DYNAMIC": "TRUE"})
    assert text.strip() == "3"


def test_a_terminal_still_gets_bars_of_progress_but_not_all(tmp_path, root):
    lines = [
        "now = [0.0]; job.time = SimpleNamespace(monotonic=lambda: now[0])",
        "log = job.start(snakemake)",
        "progress = logging.getLogger(job.PROGRESS)",
        "def say(text, share): progress.info(text, extra={'share': share})",
        "now[0] = 19.0; say('too soon', 0.1)",
        "now[0] = 20.0; say('step 1', 0.25); log.info('a detail')",
        "now[0] = 39.0; say('step 2', 0.5)",
    ]
    ours, theirs = os.openpty()
    _, text = process(root, tmp_path, lines, stderr=theirs)
    shown = os.read(ours, 4000).decode()
    assert all(words in shown for words in ("━━━", "25%", "step 1"))
    assert not [words for words in ("too soon", "step 2", "a detail") if words in shown]
    os.close(ours), os.close(theirs)
    assert all(words in text for words in ("too soon", "step 1", "a detail", "step 2"))


def test_a_job_outlives_the_terminal_that_it_was_started_from(tmp_path, root):
    lines = [
        "ours, theirs = os.openpty(); os.dup2(theirs, 2); os.close(theirs)",
        "job.SECONDS_BETWEEN_LINES = 0.0",
        "job.start(snakemake)",
        "os.close(ours)",
        "logging.getLogger(job.PROGRESS).info('step 1', extra={'share': 0.5})",
        "print('went on')",
    ]
    done, text = process(root, tmp_path, lines)
    assert done.returncode == 0
    assert "went on" in text


def test_a_job_does_not_start_on_damaged_input(tmp_path, root):
    (tmp_path / "made").write_bytes(b"right")
    process(root, tmp_path, ["job.finish(snakemake)", "open('log', 'w')"], outputs=["made"])
    lines = ["job.start(snakemake)", "print('went on')"]
    assert "went on" in process(root, tmp_path, lines, inputs=["made"])[1]
    (tmp_path / "made").write_bytes(b"righu")
    done, text = process(root, tmp_path, lines, inputs=["made"])
    assert done.returncode == 1
    assert "went on" not in text
    assert "made is damaged or was changed" in text


def test_every_script_starts_and_ends_as_a_job(root):
    # Like what users bring, or read by people alone.
    unsealed = {
        "simulate_cohort.py", "fetch_base_model.py", "check_cohort.py", "check_features.py",
        "plant_signals.py",
    }  # fmt: skip
    for script in sorted((root / "workflow_scripts").glob("*.py")):
        text = script.read_text()
        if "snakemake." in text:
            assert re.search(r"job\.start\(snakemake(, snakemake\.params\.threads)?\)\n", text), (
                script
            )
            ends = text.endswith("\njob.finish(snakemake)\n")
            assert ends == (script.name not in unsealed), script
