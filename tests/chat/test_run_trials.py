"""The trials of a run as the chat sees them."""

import shutil

import numpy as np
import pandas as pd
import pytest

from biomechgpt.chat.asking import open_chat
from biomechgpt.chat.certainty import calibration_of_run
from biomechgpt.chat.run_trials import open_run, read_run_trial
from biomechgpt.errors import InputError
from biomechgpt.tokenizer.coding import encode_trial
from tests.helpers.small_model import write_tokens
from tests.helpers.small_run import SIDES, walk


def test_every_trial_stands_on_its_side_with_its_labels(chat):
    table = chat.run.trials
    assert table["split"].tolist() == [SIDES[p] for p in table["participant_id"]]
    trial = chat.trial("t5")
    assert trial.recorded == {"impaired": "no", "speed": "1.30"}
    assert trial.simulated
    assert trial.angles_rad == pytest.approx(walk(9), nan_ok=True)


def test_tokens_are_those_of_the_models_own_tokenizer(chat):
    trial = chat.trial("t3")
    made = encode_trial(chat.model.motion_tokenizer, trial.angles_rad)
    assert trial.tokens.tolist() == made.tolist()
    assert chat.codes(trial._replace(tokens=None)).tolist() == made.tolist()
    assert len(made) == len(trial.angles_rad) // 4
    stored = trial._replace(tokens=np.array([1, 2], np.uint16))
    assert chat.codes(stored).tolist() == [1, 2]


def test_a_run_that_did_not_make_the_model_says_nothing_of_sides(run_folder, chat, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run_folder, other)
    write_tokens(other / "holdout/tokens/compact/0.parquet", "another tokenizer")
    assert set(open_run(other, chat.description).trials["split"]) == {"unknown"}


def test_a_trial_that_is_not_there_is_named_with_some_that_are(chat):
    with pytest.raises(InputError, match=r"'S9' is no accepted trial .* t0, t1, t2"):
        chat.trial("S9")
    with pytest.raises(InputError, match="is no accepted trial"):
        chat.trial("../../etc/passwd")


def test_another_frame_rate_is_refused(run_folder, chat):
    with pytest.raises(InputError, match="30 frames a second, the model needs 100"):
        open_run(run_folder, chat.description.model_copy(update={"frame_rate_hz": 100}))


def test_a_folder_that_is_no_run_is_refused(run_model, tmp_path):
    with pytest.raises(InputError, match=r"holds no trials.parquet"):
        open_chat(run_model, tmp_path)


def test_without_labels_there_are_none(run_folder, chat, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(run_folder, bare)
    shutil.rmtree(bare / "holdout/questions")
    pd.DataFrame(columns=["fold", "participant_id", "split"]).to_csv(bare / "folds.tsv", sep="\t")
    run = open_run(bare, chat.description)
    assert read_run_trial(run, "t0").recorded == {}


def test_a_variant_whose_name_is_a_number_is_calibrated_too(run_folder, chat, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run_folder, other)
    table = pd.read_parquet(other / "tables/calibration.parquet").assign(variant="7")
    table.to_parquet(other / "tables/calibration.parquet", index=False)
    run, model = open_run(other, chat.description), other / "holdout/models/v/seed-0"
    assert set(
        calibration_of_run(model, run, chat.description.model_copy(update={"variant": "7"}))
    ) == set(chat.model.calibrations)
    assert calibration_of_run(model, run, chat.description) == {}
