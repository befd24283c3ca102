"""One question a trial and task, drawn stably, never from a label the task does not know."""

import logging

import pandas as pd
import pyarrow.parquet as pq
import pytest

from biomechgpt.errors import InputError
from biomechgpt.questions import truths as truths_module
from biomechgpt.questions.choice import choose_trials
from biomechgpt.questions.generate import SCHEMA, generate_questions
from biomechgpt.questions.tasks import Phrasing, Task
from biomechgpt.questions.truths import list_truths, read_truths, table_one, write_rows
from biomechgpt.settings.tasks_section import TaskSettings

TRAIN = tuple(Phrasing(f"t-{number}", f"Train {number}?") for number in range(20))
HELD_OUT = tuple(Phrasing(f"h-{number}", f"Held out {number}?") for number in range(5))
DEVICE = TaskSettings(
    kind="classification", label="device", options=["none", "cane"], ignore=["harness"]
)
SPEED = TaskSettings(kind="regression", label="speed_m_s", unit="m/s", decimals=1)
FALLS = TaskSettings(
    kind="classification", label="falls", options=["yes", "no"], applies_to={"device": ["cane"]}
)
TASKS = {"device": DEVICE, "speed": SPEED, "falls": FALLS}


@pytest.fixture
def labels() -> pd.DataFrame:
    rows = [
        ("a", "T1", "P1", None, "none", "1.25", "no"),
        ("a", "T2", "P1", None, "cane", None, "no"),
        ("a", "T3", "P2", None, "cane", "0.5", "yes"),
        ("a", "T4", "P3", None, "harness", "0.75", None),
        ("a", "T5", "P3", None, None, None, None),
    ]
    names = ["cohort", "trial_id", "participant_id", "split_group", "device", "speed_m_s", "falls"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture
def trials(labels) -> pd.DataFrame:
    return labels[["trial_id", "participant_id", "cohort"]]


@pytest.fixture
def folds() -> pd.DataFrame:
    rows = [
        ("holdout", p, s)
        for p, s in zip(("P1", "P2", "P3"), ("train", "test", "validation"), strict=True)
    ]
    rows += [("other", p, "train") for p in ("P1", "P2", "P3")]
    return pd.DataFrame(rows, columns=["fold", "participant_id", "split"])


def rows_of(labels, trials, folds, fold, tasks, seed, least=1):
    choice = choose_trials(labels, trials, folds, fold, tasks, least)
    return generate_questions(list_truths(choice.tasks), worded(tasks), seed)


def worded(tasks) -> list[Task]:
    return [Task(name, task, TRAIN, HELD_OUT) for name, task in tasks.items()]


def truths_of(labels, trials, folds):
    return list_truths(choose_trials(labels, trials, folds, "holdout", TASKS, 1).tasks)


def generate(*args) -> pd.DataFrame:
    return pd.DataFrame(rows_of(*args), columns=SCHEMA.names)


def test_one_row_a_trial_and_task_that_has_its_label(labels, trials, folds):
    rows = generate(labels, trials, folds, "holdout", TASKS, 0)
    assert list(rows.columns) == SCHEMA.names
    questions = list(
        zip(rows["trial_id"], rows["task"], rows["answer"], rows["split"], strict=True)
    )
    assert questions == [
        ("T1", "device", "none", "train"),
        ("T2", "device", "cane", "train"),
        ("T3", "device", "cane", "test"),
        ("T1", "speed", "1.2", "train"),
        ("T3", "speed", "0.5", "test"),
        ("T4", "speed", "0.8", "validation"),
        ("T2", "falls", "no", "train"),
        ("T3", "falls", "yes", "test"),
    ]
    numbers = rows.set_index(["trial_id", "task"])["truth_number"]
    assert numbers["T1", "speed"] == 1.25
    assert pd.isna(numbers["T1", "device"])
    assert rows["options"].iloc[0] == ["none", "cane"]
    assert rows["options"].iloc[3] == []


def test_held_out_phrasings_are_for_validation_and_test_only(labels, trials, folds):
    rows = generate(labels, trials, folds, "holdout", TASKS, 0)
    trained = rows["split"] == "train"
    assert rows[trained]["phrasing_id"].str.startswith("t-").all()
    assert rows[~trained]["phrasing_id"].str.startswith("h-").all()
    assert (rows["phrasing_held_out"] == ~trained).all()
    assert rows["question"].str.split().str[-1].eq(rows["phrasing_id"].str[2:] + "?").all()
    other = generate(labels, trials, folds, "other", TASKS, 0)
    assert not other["phrasing_held_out"].any()


def many(n_trials: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    trials = pd.DataFrame(
        [(f"T{n}", f"P{n % 10}", "a") for n in range(n_trials)],
        columns=["trial_id", "participant_id", "cohort"],
    )
    folds = pd.DataFrame(
        [("holdout", f"P{n}", "train") for n in range(10)],
        columns=["fold", "participant_id", "split"],
    )
    return trials.assign(device="cane"), trials, folds


def test_phrasings_are_drawn_by_seed_and_trial_and_evenly():
    labels, trials, folds = many(600)
    first = generate(labels, trials, folds, "holdout", {"device": DEVICE}, 0)
    second = generate(labels, trials, folds, "holdout", {"device": DEVICE}, 1)
    half = generate(labels, trials.iloc[::-2], folds, "holdout", {"device": DEVICE}, 0).set_index(
        "trial_id"
    )["phrasing_id"]
    drawn = first.set_index("trial_id")["phrasing_id"]
    pd.testing.assert_series_equal(drawn[half.index], half)
    counts = drawn.value_counts()
    assert len(counts) == 20
    assert counts.between(12, 52).all()  # 30 expected, 4 standard deviations either side
    same = (first["phrasing_id"] == second["phrasing_id"]).mean()
    assert same == pytest.approx(1 / 20, abs=0.04)


def test_tasks_without_labels_are_left_out_with_a_line(labels, trials, folds, caplog):
    caplog.set_level(logging.INFO)
    absent = {
        "pain": DEVICE.model_copy(update={"label": "pain"}),
        "ankle": DEVICE.model_copy(update={"applies_to": {"side": ["left"]}}),
        "rare": DEVICE.model_copy(update={"applies_to": {"falls": ["often"]}}),
    }
    rows = generate(labels, trials, folds, "holdout", absent | {"speed": SPEED}, 0)
    assert set(rows["task"]) == {"speed"}
    assert "pain is left out: no table has the column pain" in caplog.text
    assert "ankle is left out: no table has the column side (tasks.ankle.applies_to)" in caplog.text
    assert "rare is left out: no accepted trial" in caplog.text


def test_a_task_that_nobody_in_training_has_a_label_for_is_left_out(labels, trials, folds, caplog):
    caplog.set_level(logging.INFO)
    labels.loc[labels["participant_id"] == "P1", "device"] = None
    rows = generate(labels, trials, folds, "holdout", {"device": DEVICE, "speed": SPEED}, 0)
    assert set(rows["task"]) == {"speed"}
    assert "device is left out: no training participant" in caplog.text


def trials_of_tasks(labels, trials, folds, tasks, least=1):
    choice = choose_trials(labels, trials, folds, "other", tasks, least)
    return {name: list(rows["trial_id"]) for name, _, rows in choice.tasks}, choice.left_out


def test_a_cohort_that_never_fills_a_condition_is_asked_wherever_the_label_is(
    labels, trials, folds, caplog
):
    assert trials_of_tasks(labels, trials, folds, {"device": DEVICE, "falls": FALLS})[0][
        "falls"
    ] == ["T2", "T3"]
    emptied = labels.assign(device=None)
    assert trials_of_tasks(emptied, trials, folds, {"device": DEVICE, "falls": FALLS})[0] == {
        "falls": ["T1", "T2", "T3"]
    }
    assert "tasks.falls.applies_to.device: cohort a never fills device" in caplog.text
    without = labels.drop(columns="device")
    assert trials_of_tasks(without, trials, folds, {"device": DEVICE, "falls": FALLS})[0] == {
        "falls": ["T1", "T2", "T3"]
    }
    two = labels.assign(cohort=["a", "b", "b", "a", "a"], device=["none", None, None, "cane", None])
    assert trials_of_tasks(two, trials, folds, {"falls": FALLS, "device": DEVICE})[0]["falls"] == [
        "T2",
        "T3",
    ]


def test_an_empty_cell_of_a_filled_condition_is_not_asked_and_counted(
    labels, trials, folds, caplog
):
    labels.loc[1, "device"] = None
    assert trials_of_tasks(labels, trials, folds, TASKS)[0]["falls"] == ["T3"]
    assert "tasks.falls.applies_to.device: 1 labelled trials are not asked" in caplog.text


def test_a_task_with_too_few_training_people_is_left_out_and_counted(labels, trials, folds, caplog):
    caplog.set_level(logging.INFO)
    trials_of, left_out = trials_of_tasks(labels, trials, folds, TASKS, least=3)
    assert list(trials_of) == ["speed"]  # of P1, P2 and P3; a device is known of P1 and P2
    assert left_out.set_index("task")["training_participants"].to_dict() == {
        "device": 2,
        "falls": 2,
    }
    assert "device is left out: 2 training participant(s) have its label" in caplog.text
    assert "questions.min_training_participants is 3" in left_out["reason"].iloc[0]
    assert list(trials_of_tasks(labels, trials, folds, TASKS, least=2)[0]) == [
        "device",
        "speed",
        "falls",
    ]


def test_all_tasks_left_out_is_an_error_that_says_why(labels, trials, folds):
    with pytest.raises(
        InputError, match=r"Every task is left out in fold other.*falls: 2 training"
    ):
        trials_of_tasks(labels, trials, folds, TASKS, least=4)


def test_an_option_of_a_single_training_person_is_told(labels, trials, folds, caplog):
    rows_of(labels, trials, folds, "other", {"device": DEVICE}, 0).__next__()
    assert "task device: 1 training participant(s) have the option none" in caplog.text
    assert "option cane" not in caplog.text


def test_all_values_that_are_no_option_are_named_at_once(labels, trials, folds):
    labels["device"] = ["None", "stick", "stick", "harness", None]
    with pytest.raises(InputError) as caught:
        generate(labels, trials, folds, "holdout", {"device": DEVICE}, 0)
    message = str(caught.value)
    for words in ("device", "'None' (first at trial T1, participant P1, cohort a, 1 trial",
                  "'stick' (first at trial T2", "2 trial(s)", "none or cane", "tasks.device.ignore",
                  "participants.tsv or trials.tsv"):  # fmt: skip
        assert words in message


def test_a_label_that_is_no_number_stops_a_regression(labels, trials, folds):
    labels["speed_m_s"] = ["1,25", None, "fast", "inf", "0.5"]
    with pytest.raises(InputError, match=r"speed_m_s.*'1,25'.*'fast'.*'inf'.*number in m/s"):
        generate(labels, trials, folds, "holdout", {"speed": SPEED}, 0)


def test_a_value_outside_applies_to_and_a_rejected_trial_are_not_checked(labels, trials, folds):
    labels["falls"] = ["never asked", "no", "yes", "n", None]
    generate(labels, trials, folds, "holdout", TASKS, 0)
    labels["device"] = ["rocket", "cane", "cane", "cane", "cane"]
    generate(labels, trials.iloc[1:3], folds, "holdout", TASKS, 0)


def test_a_participant_missing_from_the_fold_is_named(labels, trials, folds):
    with pytest.raises(InputError, match=r"P3 .*fold holdout"):
        generate(labels, trials, folds[folds["participant_id"] != "P3"], "holdout", TASKS, 0)


def test_table_one_counts_participants_and_samples(labels, trials, folds, tmp_path):
    rows = truths_of(labels, trials, folds)
    assert write_rows(tmp_path / "truths.parquet", rows, truths_module.SCHEMA) == 8
    table = table_one(tmp_path / "truths.parquet")
    device = table.set_index("task").loc["device"]
    assert device["train_participants"] == 1
    assert device["train_samples"] == 2
    assert device["test_samples"] == 1
    assert device["validation_participants"] == 0
    assert list(table["task"]) == ["device", "speed", "falls"]


def test_parquet_has_the_same_schema_with_and_without_rows(labels, trials, folds, tmp_path):
    rows = list(rows_of(labels, trials, folds, "holdout", TASKS, 0))
    for name, part in (("all", rows), ("empty", [])):
        write_rows(tmp_path / f"{name}.parquet", part, SCHEMA)
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert table.schema.equals(SCHEMA)
        assert table.num_rows == len(part)
    assert pq.read_table(tmp_path / "all.parquet").to_pylist()[0]["options"] == ["none", "cane"]


def test_truths_and_questions_are_the_same_in_parts_of_any_size(
    labels, trials, folds, tmp_path, monkeypatch
):
    truths = list(truths_of(labels, trials, folds))
    write_rows(tmp_path / "one.parquet", truths, truths_module.SCHEMA)
    counts = table_one(tmp_path / "one.parquet")
    monkeypatch.setattr(truths_module, "ROWS_AT_ONCE", 3)
    write_rows(tmp_path / "parts.parquet", truths, truths_module.SCHEMA)
    assert pq.ParquetFile(tmp_path / "parts.parquet").num_row_groups == 3
    tables = [pq.read_table(tmp_path / f"{name}.parquet") for name in ("one", "parts")]
    assert tables[0].equals(tables[1])
    assert table_one(tmp_path / "parts.parquet").equals(counts)
    read = generate_questions(read_truths(tmp_path / "parts.parquet"), worded(TASKS), 0)
    expected = generate(labels, trials, folds, "holdout", TASKS, 0)
    pd.testing.assert_frame_equal(pd.DataFrame(read, columns=SCHEMA.names), expected)
