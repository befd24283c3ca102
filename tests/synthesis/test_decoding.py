"""Tokens become files of movements, and every movement is in one of both tables."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from biomechgpt.body.frames import read_trials
from biomechgpt.settings.generators_section import LanguageModelGenerator
from biomechgpt.synthesis.decoding import Decoded, decode_synthetic, why_rejected
from biomechgpt.synthesis.generation import generate
from biomechgpt.synthesis.limits import HIGH_RAD, LOW_RAD
from biomechgpt.synthesis.prompts import generation_prompts
from biomechgpt.synthesis.synthetic_files import Origin, read_synthetic_trials
from tests.helpers.small_generation import WALK, make_conditions

GENERATOR = LanguageModelGenerator(
    kind="language_model", variant="v", walks=12, conditions="mixed", temperature=1.0
)
TRAIN = make_conditions().query("split == 'train'").reset_index(drop=True)
ORIGIN = Origin("fold-0", "words", 3)


@pytest.fixture(scope="module")
def folder(maker_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "fold-0/synthetic/words/seed-3"
    folder.mkdir(parents=True)
    pq.write_table(
        generation_prompts(TRAIN, WALK, GENERATOR, (4, 15), 4 / 30, 3), folder / "prompts"
    )
    generate(maker_folder, folder / "prompts", GENERATOR, 3, folder / "tokens.parquet")
    _let_one_stand_still(folder / "tokens.parquet")
    decode_synthetic(maker_folder, folder / "prompts", folder / "tokens.parquet", ORIGIN, folder)
    return folder


def _let_one_stand_still(path):
    rows = pq.read_table(path).to_pylist()
    rows[5]["stopped"] = "fault"
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(path)), path)


def test_every_prompt_is_a_movement_or_a_rejection(folder):
    trials, rejected = read_synthetic_trials(folder / "trials.tsv"), read(folder / "rejected.tsv")
    ids = [*trials["trial_id"], *rejected["trial_id"]]
    assert sorted(ids) == [ORIGIN.trial_id(number) for number in range(12)]
    assert rejected.set_index("trial_id").loc[ORIGIN.trial_id(5), "reason"] == "stands_still"


def read(path):
    return pd.read_csv(path, sep="\t")


def test_movements_have_the_length_that_was_asked_for_and_stay_in_range(folder):
    prompts = pd.DataFrame(pq.read_table(folder / "prompts").to_pylist())
    lengths = dict(zip(map(ORIGIN.trial_id, prompts["prompt_id"]), prompts["n_steps"], strict=True))
    for trial in read_trials(folder / "joint_angles.parquet"):
        assert len(trial.frames) == 4 * lengths[trial.info["trial_id"]]
        assert trial.info["fold"] == "fold-0"
        assert (trial.frames >= LOW_RAD - 1e-6).all()
        assert (trial.frames <= HIGH_RAD + 1e-6).all()


def test_tables_say_what_was_asked_for_and_of_whom(folder):
    trials = read_synthetic_trials(folder / "trials.tsv")
    assert (trials["folder_fold"] == "fold-0").all()
    assert trials["digest"].notna().all()
    assert set(trials["made_by"]) <= {"words"}
    known = set(TRAIN["trial_id"])
    assert all(set(sources) <= known for sources in trials["source_trial_ids"])


def test_mixed_conditions_lie_between_those_of_people_alike():
    table = generation_prompts(TRAIN, WALK, GENERATOR, (4, 15), 4 / 30, 0).to_pylist()
    rows = TRAIN.set_index("trial_id")
    for row in table:
        sources = rows.loc[row["source_trial_ids"]]
        speeds = sources["speed"].astype(float)
        assert speeds.min() <= float(row["condition"]["speed"]) <= speeds.max()
        assert set(sources["impaired"]) == {row["condition"]["impaired"]}
        assert f"{row['n_steps'] * 4 / 30:.1f} seconds" in row["prompt"]
    assert table == generation_prompts(TRAIN, WALK, GENERATOR, (4, 15), 4 / 30, 0).to_pylist()


@pytest.mark.parametrize(
    ("decoded", "stopped", "reason"),
    [
        ((0.0, 0.0), "fault", "stands_still"),
        ((0.11, 0.0), "length", "out_of_range"),
        ((0.0, 0.06), "length", "too_fast"),
        ((0.1, 0.05), "length", "no_gait"),  # all angles are 0
    ],
)
def test_why_a_movement_is_rejected(decoded, stopped, reason):
    still = Decoded(np.zeros((60, 34), np.float32), *decoded)
    assert why_rejected(still, stopped, True, 30.0)[0] == reason
    if reason == "no_gait":
        assert why_rejected(still, stopped, False, 30.0) is None
