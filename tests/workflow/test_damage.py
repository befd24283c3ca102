"""Damaged files, a full and a read-only disk: a clear error or the right result, nothing else."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.helpers.project_copies import copy_project, run, snakemake
from tests.workflow.kill_runs import content, run_killed

pytestmark = pytest.mark.slow
FOLD = "holdout"
# A file that is damaged, and the file whose making reads it. From the end of the road to its start,
# since what fails is gone afterwards.
READERS = [
    (f"{FOLD}/predictions/tiny-all/seed-0.parquet", "metrics.parquet"),
    (f"{FOLD}/models/tiny-all/seed-0", f"{FOLD}/predictions/tiny-all/seed-0.parquet"),
    (f"{FOLD}/questions/seed-0.parquet", f"{FOLD}/models/tiny-all/seed-0"),
    (f"{FOLD}/base_models/tiny/compact", f"{FOLD}/models/tiny-all/seed-1"),
    (f"{FOLD}/tokens/compact/all.parquet", f"{FOLD}/base_models/tiny/compact"),
    (f"{FOLD}/tokens/compact/1.parquet", f"{FOLD}/tokens/compact/all.parquet"),
    (f"{FOLD}/tokenizers/compact", f"{FOLD}/tokens/compact/1.parquet"),
    ("folds.tsv", f"{FOLD}/questions/seed-0.parquet"),
    ("trials.parquet", "folds.tsv"),
    ("joint_angles/0.parquet", "trials.parquet"),
    ("trajectories/0.parquet", "joint_angles/0.parquet"),
]


@pytest.fixture(scope="module")
def spoilt(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage") / "project"
    shutil.copytree(finished, folder, symlinks=True)
    return folder


def flip_a_bit(path: Path, chance: random.Random) -> str:
    """One bit of a file, or of one of the files in a folder, as a failing disk does; which one."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.stat().st_size > 0]
    hit = chance.choice(sorted(p for p in files if p.is_file() and not p.name.startswith(".")))
    data = bytearray(hit.read_bytes())
    place, bit = chance.randrange(len(data)), chance.randrange(8)
    data[place] ^= 1 << bit
    with open(hit, "r+b") as file:
        file.write(data)
    return f"{hit}, byte {place}, bit {bit}"


@pytest.mark.parametrize(("damaged", "made"), READERS)
def test_a_flipped_bit_is_an_error_that_names_the_file(spoilt, damaged, made):
    results = spoilt / "results/ci"
    hit = flip_a_bit(results / damaged, random.Random(damaged))
    code, printed = run(spoilt, "--force", f"results/ci/{made}")
    assert code == 1, hit
    assert f"results/ci/{damaged}" in printed, hit
    assert "InputError" in printed
    assert "delete it and start again" in printed


def test_what_is_deleted_as_told_is_made_anew_and_equal_though_runs_are_killed(spoilt, finished):
    for name in [damaged for damaged, _ in READERS] + ["report.html"]:
        path = spoilt / "results/ci" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    story = run_killed(spoilt, ["presets/ci.yaml"], kills=4, seed=1)
    assert story.hit
    assert set(story.ended.values()) == {1}  # no job that had ended ran again
    assert content(spoilt / "results/ci") == content(finished / "results/ci")


@pytest.fixture
def small_disk(root, tmp_path):
    """A project whose results lie on a disk of their own, too small for the trajectories."""
    folder = copy_project(root, tmp_path / "project")
    results = folder / "results"
    results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=15m", "tmpfs", str(results)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(results)], check=True)


def remount(folder: Path, options: str) -> None:
    path = str(folder / "results")
    subprocess.run(["mount", "-o", f"remount,{options}", path], check=True)


def test_a_full_disk_stops_the_run_and_room_lets_it_go_on(small_disk, finished):
    code, printed = run(small_disk, "ingest_all")
    assert code == 1
    assert "The disk is full" in printed or "No space left on device" in printed
    remount(small_disk, "size=200m")
    snakemake(small_disk, "ingest_all")
    made, expected = content(small_disk / "results/ci"), content(finished / "results/ci")
    assert made.items() <= expected.items()
    assert {"trajectories/0.parquet", "trajectories/1.parquet"} <= made.keys()


def test_results_that_may_not_be_written_are_named(small_disk):
    remount(small_disk, "ro")
    code, printed = run(small_disk, "ingest_all")
    assert code == 1
    assert "Read-only file system" in printed
    assert "results" in printed
