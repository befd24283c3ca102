"""What Slurm itself says of the jobs of a whole run: GPUs, partitions, second attempts, requeues."""

import re
import subprocess
import sys

import pytest

from tests.helpers.slurm_jobs import GPU_VARIANT

pytestmark = pytest.mark.slow
ON_A_GPU = (
    "rule_train_(tokenizer|motion_encoder)",
    rf"rule_(finetune|predict)_wildcards_holdout_{GPU_VARIANT}",
)


def needs_gpu(job):
    return any(re.match(pattern, job.rule) for pattern in ON_A_GPU)


def finetunings(run):
    """Every attempt at fine-tuning on a GPU, by (number, restarts)."""
    rule = f"rule_finetune_wildcards_holdout_{GPU_VARIANT}"
    return {key: job for key, job in run.jobs.items() if job.rule.startswith(rule)}


def test_run_ends_with_a_report(run):
    page = (run.folder / "results/ci/report.html").read_text()
    assert "Simulated data" in page
    assert GPU_VARIANT in page
    assert "Open results/ci/report.html" in run.printed


def test_jobs_that_need_a_gpu_hold_one_in_its_partition(run):
    jobs = [job for job in run.jobs.values() if needs_gpu(job)]
    assert len(jobs) >= 5  # tokenizer, two fine-tunings, two predictions and more
    assert {len(job.gpus) for job in jobs} == {1}
    assert {job.partition for job in jobs} == {"gpu"}


def test_other_jobs_hold_none(run):
    jobs = [job for job in run.jobs.values() if not needs_gpu(job)]
    rules = {job.rule for job in jobs}
    assert "rule_finetune_wildcards_holdout_tiny-all_0" in rules  # the embedded model's
    assert {job.gpus for job in jobs} == {()}
    assert {job.partition for job in jobs} == {"cpu"}


def test_two_finetunings_held_two_cards_at_once(run):
    both = set()
    for job in finetunings(run).values():
        for other in finetunings(run).values():
            if set(job.seen_s) & set(other.seen_s):
                both.add(job.gpus + other.gpus)
    assert {(0, 1), (1, 0)} & both


def test_small_rules_stay_on_the_login_node_or_share_a_job(run):
    rules = {job.rule for job in run.jobs.values()}
    assert not any(re.search("index_trials|assign_folds|fetch_base_model", rule) for rule in rules)
    shards = [job for job in run.jobs.values() if job.rule.startswith("rule_shard_ingest")]
    assert len(shards) == 2


def log_of_last_attempt(run, job):
    seed = job.rule[-1]
    return (
        run.folder / f"results/ci/logs/finetune/holdout/{GPU_VARIANT}/seed-{seed}.log"
    ).read_text()


def went_on(log):
    """Whether a training, disturbed after step 20 was logged, did not begin with step 1 again."""
    return "step 20 of" not in log and re.search(r"step (40|60) of", log)


def test_requeued_job_goes_on_from_its_checkpoint_under_its_number(run):
    assert run.requeued
    again = run.jobs[run.requeued, 1]
    assert again.memory_mb == run.jobs[run.requeued, 0].memory_mb
    assert went_on(log_of_last_attempt(run, again))


def test_terminated_job_is_tried_again_with_more_and_goes_on(run):
    first = run.jobs[run.terminated, 0]
    others = [job for (number, _), job in run.jobs.items() if number != run.terminated]
    (again,) = [job for job in others if job.rule == first.rule]
    assert again.memory_mb == 2 * first.memory_mb
    assert again.limit_min == 2 * first.limit_min
    assert went_on(log_of_last_attempt(run, again))


def test_finished_run_submits_nothing_with_or_without_slurm(run, cluster):
    for how in (["--profile", "slurm"], ["--cores", "1"]):
        command = [sys.executable, "-m", "snakemake", *how, "--configfile", "presets/ci.yaml"]
        done = subprocess.run(
            [*command, "overlay.yaml"], cwd=run.folder, env=cluster, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert "Nothing to be done" in done.stdout + done.stderr


def test_accounting_is_absent_here(cluster):
    """So the run above shows that the profile does not wait for what `sacct` would say."""
    done = subprocess.run(["sacct"], env=cluster, capture_output=True, text=True, timeout=60)
    assert "accounting storage is disabled" in done.stderr
