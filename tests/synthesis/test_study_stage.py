"""A fold's study from files to files, with generators that make tokens and such as have written theirs."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.evaluation.synthesis_names import DECODED, TEST, TRAINING
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.synthesis.study_stage import StudyFiles, study_fold
from biomechgpt.synthesis.synthetic_files import Origin, SyntheticMovement, write_movements
from biomechgpt.synthesis.walks import write_walks
from biomechgpt.tokenizer.storage import save_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from tests.helpers.labelled_walks import RATE_HZ, swinging
from tests.helpers.small_tokenizer import TINY, train_on

LABELS = {"quick": 0.9, "slow": 1.4}
PEOPLE = {f"p{number}": "train" for number in range(4)} | {"v": "validation", "t": "test"}
SETTINGS = SynthesisStudySettings(
    task="pace",
    generators=["mix", "chain", "words"],
    classifiers=["gait"],
    training_people=[2, 9],
    per_real=[1],
)
KINDS = {"mix": "stride_mix", "chain": "class_markov", "words": "language_model"}


def recorded():
    """Four walks a person, two of each label."""
    for number, person in enumerate(PEOPLE):
        for label, stride_s in LABELS.items():
            for again in range(2):
                knee_rad = 0.3 + 0.1 * number + 0.02 * again
                trial_id = f"{person}-{label}-{again}"
                yield swinging(trial_id, person, label, stride_s + 0.02 * number, knee_rad)


def truths(walks):
    return pd.DataFrame(
        {
            "trial_id": walk.trial_id,
            "participant_id": walk.participant_id,
            "split": PEOPLE[walk.participant_id],
            "task": "pace",
            "options": list(LABELS),
            "truth": walk.label,
        }
        for walk in walks
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fold")
    walks = list(recorded())
    write_walks(folder / "angles.parquet", walks)
    truths(walks).to_parquet(folder / "truths.parquet")
    training = {w.trial_id for w in walks if PEOPLE[w.participant_id] == "train"}
    cfg = TINY.model_copy(update={"steps": 10})
    trained = train_on([folder / "angles.parquet"], training, cfg, folder / "work")
    save_tokenizer(folder / "tokenizer", trained, cfg, RATE_HZ, [])
    ids = {walk.trial_id for walk in walks}
    tokenise_shard(folder / "tokenizer", folder / "angles.parquet", ids, folder / "tokens.parquet")
    write_stored(folder / "words", walks)
    return StudyFiles(
        [folder / "angles.parquet"],
        folder / "truths.parquet",
        folder / "tokens.parquet",
        folder / "tokenizer",
        {"words": {0: folder / "words"}},
    )


def write_stored(folder, walks):
    """Sixteen walks of a language model, the first of which copies its tokens from a training walk."""
    folder.mkdir()
    movements = [
        SyntheticMovement(number, {"pace_label": walk.label}, walk.angles_rad, [walk.trial_id])
        for number, walk in enumerate(walks[:16])
    ]
    origin = Origin("fold-0", "words", 0)
    paths = folder / "joint_angles.parquet", folder / "trials.tsv"
    write_movements(*paths, origin, movements, RATE_HZ)
    tokens = [np.arange(number, number + 9, dtype=np.uint16) % 32 for number in range(16)]
    table = pd.DataFrame({"prompt_id": range(16), "tokens": tokens})
    table.to_parquet(folder / "tokens.parquet")


@pytest.fixture(scope="module")
def study(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    paths = folder / "utility.parquet", folder / "measures.parquet"
    classifiers = {"gait": BaselineSettings(kind="gait_features")}
    study_fold(SETTINGS, KINDS, classifiers, "pace_label", RATE_HZ, [0], files, *paths)
    return tuple(pd.read_parquet(path) for path in paths)


def test_generators_that_saw_everybody_take_part_only_with_all_training_people(study):
    utility, _ = study
    by_size = utility.groupby("training_people")["generator"].agg(set)
    assert {"chain", "words"} & by_size[2] == set()
    assert "mix" in by_size[2]
    assert {"mix", "chain", "words"} <= by_size[9]
    assert utility.groupby("training_people")["n_people"].first().to_dict() == {2: 2, 9: 4}


def test_only_validation_and_test_people_are_answered_for(study):
    utility, _ = study
    assert {*utility["participant_id"]} == {"v", "t", ""}
    assert {*utility.loc[utility["participant_id"] == "", "split"]} == {"synthetic"}


def test_every_source_is_measured_beside_recorded_and_decoded_movement(study):
    _, measures = study
    made = {"mix", "chain", "words"}
    by_measure = measures.groupby("measure")["source"].agg(set)
    assert by_measure["foot_skate_cm_s"] == {TRAINING, TEST, DECODED, *made}
    assert by_measure["copied_share"] == {"chain", "words"}


def test_a_generator_that_writes_recorded_walks_once_more_is_seen_to_copy(study):
    _, measures = study
    of_words = measures[measures["source"] == "words"].set_index("measure")["value"]
    of_training = measures[measures["source"] == TRAINING].set_index("measure")["value"]
    assert of_words["foot_skate_cm_s"] == pytest.approx(of_training["foot_skate_cm_s"], rel=1e-4)


def test_a_task_without_test_people_is_refused_by_name(files, tmp_path):
    table = pd.read_parquet(files.truths)
    table[table["split"] != "test"].to_parquet(tmp_path / "truths.parquet")
    without = files._replace(truths=tmp_path / "truths.parquet")
    paths = tmp_path / "utility.parquet", tmp_path / "measures.parquet"
    with pytest.raises(InputError, match=r"pace, of which .* has no trials of test people"):
        study_fold(SETTINGS, KINDS, {}, "pace_label", RATE_HZ, [0], without, *paths)
