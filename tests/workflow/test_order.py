"""What the config names first is what the report is about."""

from conftest_workflow import copy_project, snakemake


def test_the_tokenizer_of_the_first_variant_stands_first(root, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    (folder / "order.smk").write_text('include: "Snakefile"\nprint("order:", *TOKENIZERS)\n')
    (folder / "mine.yaml").write_text("variants: {tiny-all: {tokenizer: residual}}\n")
    config = "presets/tokenizers.yaml mine.yaml"
    printed = snakemake(folder, "--snakefile", "order.smk", "--dry-run", "--quiet", config=config)
    assert "order: residual residual-128 one-level\n" in printed
