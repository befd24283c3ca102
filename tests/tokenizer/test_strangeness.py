"""A strange movement lies beyond the limit, a familiar one does not, missing joints change neither."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials
from biomechgpt.errors import InputError
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.tokenizer.reading_settings import load_reading_settings
from biomechgpt.tokenizer.stage import make_tokenizer
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.strangeness import (
    FILE,
    _quantile,
    fit_familiar,
    load_familiar,
    save_familiar,
    strangeness,
)
from tests.helpers.motion_files import INGEST
from tests.helpers.paths import read_yaml
from tests.helpers.small_tokenizer import ABSENT, TINY, angles, train_on, write_tables

N_TRAIN, N_VALIDATION = 60, 40


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """A shard of trials t0 to t99, two a person, every second one without a neck joint."""
    path = tmp_path_factory.mktemp("cohort") / "0.parquet"
    with FrameWriter(path, JOINT_NAMES, "rad") as writer:
        for number in range(N_TRAIN + N_VALIDATION):
            info = {"trial_id": f"t{number}", "participant_id": f"p{number // 2}"}
            writer.write(info | {"missing_joints": []}, angles(90, number))
    return path


@pytest.fixture(scope="module")
def fitted(cohort, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    train = {f"t{n}" for n in range(N_TRAIN)}
    trained = train_on([cohort], train, TINY, folder / "work")
    save_tokenizer(folder / "it", trained, TINY, 30.0, [])
    tokenizer = load_tokenizer(folder / "it")
    trials = list(read_trials(cohort))
    return tokenizer, fit_familiar(tokenizer, trials[:N_TRAIN], trials[N_TRAIN:]), folder / "it"


def ratios(fitted, movements) -> np.ndarray:
    tokenizer, familiar, _ = fitted
    return np.array([strangeness(movement, tokenizer, familiar).ratio for movement in movements])


def test_95_percent_of_validation_people_are_familiar_and_new_people_mostly(fitted):
    validation = ratios(fitted, (angles(90, n) for n in range(N_TRAIN, N_TRAIN + N_VALIDATION)))
    assert (validation <= 1 + 1e-9).mean() == pytest.approx(0.95, abs=0.026)
    assert (ratios(fitted, (angles(90, n) for n in range(1000, 1200))) <= 1).mean() > 0.8


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a + 0.5,
        lambda a: 3 * a,
        lambda a: a + np.random.default_rng(0).normal(0, 0.3, a.shape),
        lambda a: a[:, ::-1],
    ],
    ids=["another posture", "larger", "shaken", "joints exchanged"],
)
def test_other_movement_is_strange(fitted, change):
    strange = ratios(fitted, (change(angles(90, n)) for n in range(1000, 1010)))
    assert (strange > 1).all()


def test_missing_joints_alone_are_not_strange_but_counted(fitted):
    tokenizer, familiar, _ = fitted
    n_strange = 0
    for number in range(1000, 1020):
        movement = angles(90, number)
        movement[:, 20:] = np.nan
        measured = strangeness(movement, tokenizer, familiar)
        n_strange += not measured.familiar
        assert measured.unrecorded_joints == 14 + bool(number % 2)  # and the neck joint
    assert n_strange <= 4
    movement[:, :20] += 0.5
    assert not strangeness(movement, tokenizer, familiar).familiar
    assert ABSENT < 20


def test_limits_survive_the_disk(fitted, tmp_path):
    _, familiar, folder = fitted
    save_familiar(tmp_path, familiar)
    again = load_familiar(tmp_path)
    for before, after in zip(familiar, again, strict=True):
        np.testing.assert_array_equal(before, after)
    assert load_familiar(folder) is None
    assert not (folder / FILE).exists()
    assert familiar.n_people == N_VALIDATION // 2


def test_each_person_weighs_the_same_in_a_limit():
    values = np.array([*range(96), 200.0, 300.0])
    assert _quantile(values, ["many"] * 96 + ["b", "c"]) == 300
    assert _quantile(values[:96], [str(n) for n in range(96)]) == 91
    assert _quantile(np.array([5.0]), ["one"]) == 5


def test_without_validation_people_nothing_is_known(cohort, tmp_path):
    people = {f"t{number}": f"p{number // 2}" for number in range(6)}
    tables = write_tables(tmp_path, people, dict.fromkeys(people.values(), "train"))
    motion = MotionSettings.model_validate(read_yaml("config.yaml")["motion"])
    tiny, folder = TINY.model_copy(update={"steps": 2}), tmp_path / "it"
    make_tokenizer([cohort], *tables, "f", tiny, INGEST, motion, "", folder)
    assert load_familiar(folder) is None
    assert load_reading_settings(folder) == (INGEST, motion)


def test_a_tokenizer_of_an_earlier_version_does_not_say_how_its_recordings_were_read(tmp_path):
    with pytest.raises(InputError, match=r"reading\.json.*earlier version.*train .* anew"):
        load_reading_settings(tmp_path)


def test_a_joint_that_no_training_trial_has_is_left_out(fitted, tmp_path):
    """Two trials of one person, one of them still, are enough to fit without a warning."""
    tokenizer, _, _ = fitted
    with FrameWriter(tmp_path / "0.parquet", JOINT_NAMES, "rad") as writer:
        for number in range(3):
            movement = angles(90, 1)  # without the neck joint
            movement = movement if number else np.repeat(movement[:1], 90, axis=0)
            writer.write({"trial_id": f"t{number}", "participant_id": f"p{number}"}, movement)
    trials = list(read_trials(tmp_path / "0.parquet"))
    familiar = fit_familiar(tokenizer, trials[:2], trials[2:])
    assert np.isnan(familiar.mean[ABSENT])
    assert np.isfinite(strangeness(angles(90, 0), tokenizer, familiar).ratio)
