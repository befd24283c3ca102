"""After an edit exactly what depends on it runs again. Dry runs on a finished project."""

import os
import re

import numpy as np
import pytest

from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.project_copies import snakemake

pytestmark = pytest.mark.slow
AFTER_QUESTIONS = {"finetune", "predict", "evaluate", "report"}
AFTER_TOKENIZER = AFTER_QUESTIONS | {
    "search_baseline",
    "baseline",
    "tokenize_motion",
    "gather_tokens",
    "measure_tokenizer",
    "build_base_model",
    "show_movement",
}


def reruns(folder):
    """The rules that a dry run would run, without the targets that only collect."""
    printed = snakemake(folder, "--dry-run")
    if "Nothing to be done" in printed:
        return set()
    table = printed.split("Job stats:")[1].split("total")[0]
    return set(re.findall(r"^(\w+) +\d+$", table, re.MULTILINE)) - {"all"}


def edit(path, old, new):
    text = path.read_text()
    assert text.count(old) >= 1, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1))


def test_finished_run_started_again_does_nothing(finished):
    assert "Nothing to be done" in snakemake(finished)


def test_phrasing_reruns_no_baseline_since_they_read_no_words(edited):
    path = edited / "resources/phrasings/cadence.yaml"
    edit(path, '?"', ' now?"')
    assert (
        reruns(edited)
        == {"generate_questions", "build_base_model", "teach_facts"} | AFTER_QUESTIONS
    )


def test_an_edit_is_seen_though_the_clock_was_set_back(edited):
    path = edited / "resources/phrasings/cadence.yaml"
    edit(path, '?"', ' now?"')
    os.utime(path, (0, 0))
    path = edited / "resources/coordinate_maps/opensim_gait.yaml"
    edit(path, "knee_flexion: negative", "knee_flexion: positive")
    os.utime(path, (0, 0))
    assert reruns(edited) >= {"ingest", "generate_questions", "finetune"}


def test_plausible_range_retrains_nothing(edited):
    edit(edited / "config.yaml", "plausible: [3, 300]", "plausible: [3, 200]")
    assert reruns(edited) == {"evaluate", "report"}


def test_learning_rate_of_finetuning(edited):
    text = (edited / "config.yaml").read_text()
    block = re.search(r"(?ms)^finetune:.*?^  learning_rate: ([\d.e-]+)", text)
    old = block.group(0)
    edit(edited / "config.yaml", old, old.replace(block.group(1), "1.234e-4"))
    assert reruns(edited) == {"finetune", "predict", "evaluate", "report"}


def test_code_of_the_tokenizer(edited):
    network = edited / "workflow_scripts/biomechgpt/tokenizer/network.py"
    edit(network, "nn.ReLU(),", "nn.SiLU(),")
    assert reruns(edited) == {"train_tokenizer", "teach_facts"} | AFTER_TOKENIZER


def test_words_rerun_nothing_and_a_constant_of_the_answers_retrains_nothing(edited):
    library = edited / "workflow_scripts/biomechgpt"
    edit(
        library / "config/base_model_checks.py", "must be a multiple of", "has to be a multiple of"
    )
    edit(library / "job.py", "BAR_WIDTH = 24", "BAR_WIDTH = 32")
    edit(library / "tokenizer/training.py", "frames of %d trials on %s", "frames, %d trials, on %s")
    assert reruns(edited) == set()
    edit(library / "language_model/prediction.py", "NEW_TOKENS = 24", "NEW_TOKENS = 25")
    assert reruns(edited) == {"predict", "evaluate", "report"}


def test_comment_docstring_and_touch_change_nothing(edited):
    network = edited / "workflow_scripts/biomechgpt/tokenizer/network.py"
    edit(network, '"""The motion tokenizer\'s network', '"""Another docstring')
    network.write_text(network.read_text() + "\n# a comment\n")
    for path in (edited / "workflow_scripts").rglob("*.py"):
        path.touch()
    for path in (edited / "resources").rglob("*.yaml"):
        path.write_text(path.read_text() + "\n# another comment\n")
    edit(edited / "config.yaml", "# Every knob", "# Each knob")
    assert reruns(edited) == set()


def test_values_swapped_between_two_keys_are_noticed(edited):
    path = edited / "presets/ci.yaml"
    edit(path, "steps: 150, warmup_steps: 20", "steps: 20, warmup_steps: 150")
    assert "train_tokenizer" in reruns(edited)


def test_bootstrap_reruns_the_evaluation_only(edited):
    edit(edited / "presets/ci.yaml", "bootstrap_draws: 200", "bootstrap_draws: 300")
    assert reruns(edited) == {"evaluate", "report"}


def test_detectable_change_retrains_nothing(edited):
    edit(
        edited / "config.yaml", "minimal_detectable_change: 1.1 ", "minimal_detectable_change: 1.2 "
    )
    assert reruns(edited) == {"evaluate", "report"}


def test_trials_to_look_at_redraw_their_page_only(edited):
    edit(edited / "config.yaml", "trials: []  ", "trials: [S001_T01]  ")
    assert reruns(edited) == {"show_movement"}


def test_player_redraws_the_moving_skeletons_only(edited):
    edit(
        edited / "workflow_scripts/biomechgpt/report/assets/player.js",
        "const TURN = 0.1",
        "const TURN = 0.2",
    )
    assert reruns(edited) == {"show_movement"}


def test_coordinate_map_reruns_everything_from_ingestion(edited):
    edit(
        edited / "resources/coordinate_maps/plug_in_gait.yaml",
        "knee_flexion: positive",
        "knee_flexion: negative",
    )
    assert "ingest" in reruns(edited)
    assert "simulate_cohort" not in reruns(edited)


def test_further_seed_runs_that_seed_alone(edited):
    edit(edited / "presets/ci.yaml", "seeds: [0, 1]", "seeds: [0, 1, 2]")
    printed = snakemake(edited, "--dry-run")
    assert re.search(r"^finetune +2$", printed, re.MULTILINE)  # of two variants
    assert "train_tokenizer" not in printed


def test_a_redrawn_tokenizer_makes_tokens_of_its_own_and_spares_the_first_seed(edited):
    edit(edited / "presets/ci.yaml", "seeds: [0, 1]", "seeds: [0, 1], redraw_tokenizer: true")
    planned = snakemake(edited, "--dry-run")
    for rule in ("train_tokenizer", "build_base_model", "teach_facts", "search_baseline"):
        assert re.search(rf"^{rule} +1$", planned, re.MULTILINE), rule
    assert re.search(r"^finetune +2$", planned, re.MULTILINE)  # of two variants
    snakemake(edited, "tokenize_motion_all")
    tokens = edited / "results/ci/holdout/tokens"
    first, second = (
        read_tokens([tokens / name / "all.parquet"]) for name in ("compact", "compact@1")
    )
    assert first.trial_ids == second.trial_ids
    assert first.metadata.tokenizer_sha256 != second.metadata.tokenizer_sha256
    same = [np.array_equal(a, b) for a, b in zip(first.tokens, second.tokens, strict=True)]
    assert not any(same)
