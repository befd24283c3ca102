"""Which jobs a config asks for, before anything runs."""

import re

import pytest

from tests.helpers.project_copies import copy_project, snakemake

pytestmark = pytest.mark.slow


def test_the_tokenizer_of_the_first_variant_stands_first(root, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    (folder / "order.smk").write_text('include: "Snakefile"\nprint("order:", *TOKENIZERS)\n')
    (folder / "mine.yaml").write_text("variants: {tiny-all: {tokenizer: residual}}\n")
    config = "presets/tokenizers.yaml mine.yaml"
    printed = snakemake(folder, "--snakefile", "order.smk", "--dry-run", "--quiet", config=config)
    assert "order: residual residual-128 one-level\n" in printed


def jobs(folder, *arguments):
    """How many jobs of each rule a run would have, and all that it printed."""
    printed = snakemake(folder, "--dry-run", *arguments)
    table = printed.split("Job stats:")[1].split("total")[0]
    return dict(re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)), printed


def test_seeds_share_a_tokenizer_where_it_is_not_redrawn(root, tmp_path):
    counts, printed = jobs(copy_project(root, tmp_path / "project"))
    assert counts["train_tokenizer"] == counts["build_base_model"] == "1"
    assert counts["finetune"] == "4"  # two variants, two seeds
    assert counts["baseline"] == "9"
    assert "baseline_of_seed" not in counts
    assert "@" not in printed


def test_each_seed_has_a_tokenizer_where_it_is_redrawn(root, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    config = folder / "presets/ci.yaml"
    text = config.read_text()
    config.write_text(text.replace("seeds: [0, 1]", "seeds: [7, 3, 5], redraw_tokenizer: true"))
    counts, printed = jobs(folder)
    for rule in ("train_tokenizer", "build_base_model", "teach_facts", "search_baseline"):
        assert counts[rule] == "3", rule
    assert counts["finetune"] == "6"
    assert counts["train_motion_encoder"] == "1"
    assert counts["baseline"] == "5"  # majority, duration, gait features, soft tokens, kinematics
    assert counts["baseline_of_seed"] == "12"
    reads = printed.split("models/tiny-all/seed-5")[1].split("\n")[0]
    assert "base_models/tiny/compact@2" in reads
    assert "tokens/compact@2/all.parquet" in reads
    assert "tokenizers/compact@2" in reads


def test_redrawn_tokenizers_differ_in_their_seed_alone(root, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    lines = ["class Of(dict):", "    __getattr__ = dict.__getitem__"]
    lines += ["first, third = Of(tokenizer='compact'), Of(tokenizer='compact@2', base='tiny')"]
    lines += ["a, b = tokenizer_config(first), tokenizer_config(third)"]
    lines += ["print('differ:', {k: (a[k], b[k]) for k in a if a[k] != b[k]})"]
    lines += ["print('base:', embedded_base_config(third)['seed'])"]
    (folder / "draws.smk").write_text('include: "Snakefile"\n' + "\n".join(lines) + "\n")
    (folder / "redraw.yaml").write_text("finetune: {redraw_tokenizer: true, seeds: [7, 3, 5]}\n")
    config = "presets/ci.yaml redraw.yaml"
    printed = snakemake(folder, "--snakefile", "draws.smk", "--dry-run", "--quiet", config=config)
    assert "differ: {'seed': (0, 2)}\n" in printed
    assert "base: 2\n" in printed


def test_jobs_compute_with_the_threads_that_their_rules_ask_for(root, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    lines = ["for name in ('train_tokenizer', 'finetune', 'predict', 'annotate'):"]
    lines += ["    asked = workflow.get_rule(name)"]
    lines += ["    print(name, asked.params.threads == asked.resources['_cores'])"]
    (folder / "threads.smk").write_text('include: "Snakefile"\n' + "\n".join(lines) + "\n")
    printed = snakemake(folder, "--snakefile", "threads.smk", "--dry-run", "--quiet")
    for name in ("train_tokenizer", "finetune", "predict", "annotate"):
        assert f"{name} True\n" in printed
