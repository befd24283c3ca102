"""A published folder: its card says what a stranger must know, its code loads the model."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from biomechgpt.language_model.checkpoint_source import link_checkpoint
from biomechgpt.language_model.finetuning import finetune
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.prediction import predict
from biomechgpt.questions.calibration import Calibration, read_calibration
from biomechgpt.report.model_card import publish
from biomechgpt.settings.base_models_section import CheckpointBaseSettings
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.storage import load_tokenizer
from tests.helpers.checkpoint_layouts import write_checkpoint

FIGURE = {
    "split": "test", "task": "impaired", "kind": "classification", "variant": "v", "seed": "0",
    "reading": "answer", "metric": "macro_f1", "label": "", "value": 0.8125, "sd": float("nan"),
    "low": 0.7, "high": 0.9, "n_participants": 13, "n_trials": 57,
}  # fmt: skip


@pytest.fixture
def metrics(tmp_path):
    others = [{**FIGURE, "seed": "1"}, {**FIGURE, "split": "validation"}]
    others += [{**FIGURE, "metric": "accuracy"}, {**FIGURE, "variant": "xgboost"}]
    pd.DataFrame([{**row, "value": 0.1} for row in others] + [FIGURE]).to_parquet(tmp_path / "m")
    return tmp_path / "m"


@pytest.fixture
def tables(tmp_path, model_folder):
    """The tables of the evaluation, with another seed and another variant in it."""
    described = json.loads((model_folder / "model.json").read_text())
    own_row = {name: described[name] for name in ("fold", "variant", "seed")}
    own_row |= {"task": "impaired", "number": "", "temperature": 2.0, "limit": 0.5}
    limits = [
        {"level": 0.8, "published_limit": 0.25},
        {"level": 0.9, "published_limit": float("nan")},
    ]
    number = {"task": "speed", "temperature": 1.0, "level": 0.8, "published_limit": 0.125}
    number |= {"number": "mean"}
    others = [{"seed": described["seed"] + 1}, {"variant": "xgboost"}]
    rows = [own_row | limit | other for limit in limits for other in [{}, *others]]
    folder = tmp_path / "tables"
    folder.mkdir()
    pd.DataFrame([*rows, own_row | number]).to_parquet(folder / "calibration.parquet", index=False)
    notes = {"task": "impaired", "variant": "", "note": "few_participants", "detail": "Few."}
    pd.DataFrame([notes]).to_parquet(folder / "notes.parquet", index=False)
    return folder


def finetune_on_checkpoint(folder, layout, motion_tokens, sources, variant_run):
    """A model on a checkpoint, with rows for the motion of either kind."""
    checkpoint = write_checkpoint(folder / "hub", layout)
    settings = CheckpointBaseSettings(
        kind="checkpoint", source=str(checkpoint), revision=None, motion_tokens=motion_tokens,
        new_rows="codebook",
    )  # fmt: skip
    link_checkpoint(settings, folder / "base")
    finetune(sources._replace(base=folder / "base"), variant_run, folder / "model", "code")
    return folder / "model"


def printed_by_cards(folders):
    """What the code of each model card prints, run with transformers and peft alone."""
    cards = [(folder / "README.md").read_text() for folder in folders]
    codes = [re.search(r"```python\n(.*?)```", card, re.DOTALL).group(1) for card in cards]
    assert not any("biomechgpt" in code for code in codes)
    steps = [
        f"os.chdir({str(f)!r}); exec({c!r}, {{}})" for f, c in zip(folders, codes, strict=True)
    ]
    done = subprocess.run(
        [sys.executable, "-c", "import os\n" + "\nprint('END')\n".join(steps)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("END\n")


def test_the_code_of_the_card_gives_the_same_answer_in_a_fresh_process(
    model_folder, metrics, tables, sources, variant_run, tmp_path
):
    """On the embedded base, and on checkpoints with either kind of motion rows."""
    models = [
        model_folder,
        finetune_on_checkpoint(tmp_path / "1b", "1b", "reserved", sources, variant_run),
        finetune_on_checkpoint(tmp_path / "4b", "4b", "resize", sources, variant_run),
        finetune_on_checkpoint(tmp_path / "qwen3", "qwen3", "resize", sources, variant_run),
    ]
    published = [tmp_path / "published" / str(number) for number in range(len(models))]
    for model, folder in zip(models, published, strict=True):
        publish(model, metrics, tables, folder)
    for model, printed in zip(models, printed_by_cards(published), strict=True):
        answer = first_answer(load_model(model), variant_run.tasks)
        assert printed.startswith(f"impaired: {answer}\ndevice: ")
        assert "\nspeed: " in printed


def test_the_code_of_the_card_asks_a_model_that_reads_soft_tokens(
    soft_folder, metrics, tables, tmp_path
):
    publish(soft_folder, metrics, tables, tmp_path / "soft")
    card = (tmp_path / "soft" / "README.md").read_text()
    assert "the soft tokens of a motion encoder" in card
    code = re.search(r"```python\n(.*?)```", card, re.DOTALL).group(1)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "soft",
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded, angles = load_model(soft_folder), np.zeros((120, 34), np.float32)
    codes = encode_trial(load_tokenizer(soft_folder / "motion_tokenizer"), angles)
    question = {
        "trial_id": "t", "task": "impaired", "kind": "classification", "options": ["yes", "no"],
        "question": loaded.description.questions["impaired"],
    }  # fmt: skip
    (row,) = predict(loaded, pd.DataFrame([question]), {"t": loaded.motion(codes, angles)})
    assert done.stdout.startswith(f"impaired: {row['answer']}\ndevice: ")


def first_answer(loaded, tasks):
    """The answer to the first task about the movement that the card asks about."""
    question = {
        "trial_id": "t", "participant_id": "p", "task": "impaired", "kind": "classification",
        "question": loaded.description.questions["impaired"],
        "options": tasks["impaired"].options,
    }  # fmt: skip
    (row,) = predict(loaded, pd.DataFrame([question]), {"t": MotionInput([5, 1])})
    return row["answer"]


def test_the_card_has_base_data_figures_and_limits(model_folder, metrics, tables, tmp_path):
    publish(model_folder, metrics, tables, tmp_path / "simulated")
    recorded = tmp_path / "recorded"
    shutil.copytree(model_folder, recorded)
    described = json.loads((recorded / "model.json").read_text())
    described |= {"simulated": False, "cohorts": ["here"]}
    (recorded / "model.json").write_text(json.dumps(described))
    publish(recorded, metrics, tables, tmp_path / "real")
    card = (tmp_path / "simulated" / "README.md").read_text()
    for words in (
        "SIMULATED", "Not for clinical use", "library_name: peft", "a small Gemma 3 that the workflow",
        "rank 4, alpha 8, dropout 0.1", "34 joint angles at 30.0 Hz", "Cohorts here, there",
        "8 participants, 16 trials, 48 questions", "| impaired | 8 | no 8, yes 8 |  |",
        "A task needs 3 training participants", "None is left out", "of recordings nothing is promised",
        "macro F1 | 0.812 | 13 | 57 |", "## Limits",
    ):  # fmt: skip
        assert words in card, words
    assert card.count("| 13 | 57 |") == 1
    real = (tmp_path / "real" / "README.md").read_text()
    assert "imulated" not in real.replace("SIMULATED", "simulated")
    assert "Cohort here:" in real
    copied = {path.name for path in (tmp_path / "real").iterdir()}
    new = {"README.md", "calibration.json"}
    assert copied == {path.name for path in model_folder.iterdir()} | new


def test_the_code_of_the_card_asks_only_what_its_own_answers_allow(
    model_folder, metrics, tables, tmp_path
):
    """A condition on an earlier answer that is never given, and one on a column that no task has."""
    closed = tmp_path / "closed"
    shutil.copytree(model_folder, closed)
    described = json.loads((closed / "model.json").read_text())
    described["tasks"]["impaired"]["applies_to"] = {"device": ["none", "cane", "walker", ""]}
    described["tasks"]["speed"]["applies_to"] = {"side": ["left"]}
    described["asked_in_turn"] = [["device", "speed"], ["impaired"]]
    described["tasks_left_out"] = ["falls"]
    (closed / "model.json").write_text(json.dumps(described))
    publish(closed, metrics, tables, tmp_path / "published")
    card = (tmp_path / "published" / "README.md").read_text()
    assert "Left out: falls." in card
    assert "| impaired | 8 | no 8, yes 8 | device is none or cane or walker or  |" in card
    code = re.search(r"```python\n(.*?)```", card, re.DOTALL).group(1)
    loop = code[code.index("# Question, and") :]
    questions = []

    def answer(question):
        questions.append(question)
        return "stick"

    exec(loop, {"answer": answer})
    assert questions == [described["questions"]["device"]]


def test_a_published_model_carries_the_calibration_of_its_own_fold_and_seed(
    model_folder, metrics, tables, tmp_path
):
    publish(model_folder, metrics, tables, tmp_path / "published")
    published = read_calibration(tmp_path / "published")
    assert published == {
        "impaired": Calibration(2.0, {0.8: 0.25, 0.9: None}),
        "speed": Calibration(1.0, {0.8: 0.125}, "mean"),
    }
    assert read_calibration(model_folder) == {}
