"""Labels that cannot be right stop with file, line and value; what may be meant otherwise is said."""

import re

import pytest

from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.questions.label_checks import (
    check_labels,
    check_vote_column,
    contradictions,
    unused_names,
)
from biomechgpt.questions.label_reading import read_as_meant
from biomechgpt.settings.tasks_section import TaskSettings

SPEED = TaskSettings(kind="regression", label="speed", unit="m/s", plausible=[0.1, 3.0])
CADENCE = TaskSettings(kind="regression", label="cadence", unit="steps/min", plausible=[20, 220])
CLOCK = TaskSettings(
    kind="regression", label="tug_s", unit="s", plausible=[3, 300],
    applies_to={"activity": ["timed up and go"]},
)  # fmt: skip
DIAGNOSIS = TaskSettings(
    kind="classification", label="diagnosis", options=["stroke", "amputation"],
    applies_to={"impaired": ["yes"]}, contradicted_by={"impaired": ["no"]},
)  # fmt: skip


def cohort(folder, people, trials):
    """A cohort with these columns (name -> cells): a trial a person, or two of the last."""
    rows = {"participants": {"participant_id": ["A", "B"], **people}}
    rows["trials"] = {"trial_id": ["t1", "t2", "t3"], "participant_id": ["A", "B", "B"]}
    rows["trials"] |= {"file": ["1.mot", "2.mot", "3.mot"], **trials}
    for name, columns in rows.items():
        lines = ["\t".join(columns), *map("\t".join, zip(*columns.values(), strict=True))]
        (folder / f"{name}.tsv").write_text("\n".join(lines))
    return [read_cohort("c", folder)]


def sentence(cohorts, **tasks):
    with pytest.raises(InputError) as caught:
        check_labels(cohorts, tasks)
    return str(caught.value)


@pytest.mark.parametrize(
    ("task", "text", "words"),
    [
        (
            SPEED,
            "62",
            "62 lies outside 0.1 to 3 m/s (tasks.x.plausible); looks like cm/s, write 0.62",
        ),
        (SPEED, "1079", "looks like mm/s, write 1.079"),
        (SPEED, "4.5", "looks like km/h, write 1.25"),
        (SPEED, "-0.5", "-0.5 lies outside"),
        (SPEED, "-999", "looks like a code for a missing value, write n/a"),
        (SPEED, "99", "code for a missing value, write n/a, or looks like cm/s, write 0.99"),
        (CADENCE, "0", "looks like a code for a missing value, write n/a"),
        (CADENCE, "1200", "1200 lies outside 20 to 220 steps/min"),
        (CADENCE, "1.8", "looks like steps/s, write 108"),
        (CADENCE, "1.120", "looks like thousands set apart, write the digits alone"),
    ],
)
def test_a_number_that_cannot_be_stops_with_line_value_and_a_guess(tmp_path, task, text, words):
    cohorts = cohort(tmp_path, {}, {task.label: ["1.1" if task is SPEED else "100", text, "n/a"]})
    message = sentence(cohorts, x=task)
    assert f"{tmp_path}/trials.tsv, line 3, column '{task.label}': " in message
    assert words in message
    assert message.startswith("1 label(s)")


def test_a_persons_number_is_named_once_and_a_trials_own_replaces_it(tmp_path):
    trials = {"speed": ["1.0", "n/a", "n/a"]}
    cohorts = cohort(tmp_path, {"speed": ["250", "110"]}, trials)
    message = sentence(cohorts, x=SPEED)
    assert message.startswith("1 label(s)")
    assert "participants.tsv, line 3, column 'speed': 110 lies" in message


def test_numbers_of_trials_that_are_not_asked_and_in_range_pass(tmp_path):
    activity = {"activity": ["walking", "timed up and go", "timed up and go"]}
    cohorts = cohort(tmp_path, {}, {"tug_s": ["-999", "9.5", "n/a"], **activity})
    check_labels(cohorts, {"tug": CLOCK})
    check_labels(cohorts, {"tug": CLOCK.model_copy(update={"plausible": [9.5, 9.6]})})
    assert "line 3" in sentence(cohorts, tug=CLOCK.model_copy(update={"plausible": [9.6, 300]}))


def test_many_wrong_numbers_are_counted_and_some_shown(tmp_path):
    people = {"participant_id": [f"P{n}" for n in range(30)], "speed": ["120"] * 30}
    trials = {"trial_id": [f"t{n}" for n in range(30)], "participant_id": people["participant_id"]}
    cohorts = cohort(tmp_path, people, trials | {"file": ["x.mot"] * 30})
    message = sentence(cohorts, x=SPEED)
    assert message.startswith("30 label(s)")
    assert len(re.findall("looks like cm/s", message)) == 10
    assert message.endswith("and 20 more")


@pytest.mark.parametrize(
    ("task", "cells", "words"),
    [
        (CLOCK, {"activity": ["TUG", "walking", "L-test"]}, "TUG is not .* writes timed up and go"),
    ],
)
def test_a_misspelt_condition_stops_though_no_task_owns_its_column(tmp_path, task, cells, words):
    message = sentence(cohort(tmp_path, {}, cells), x=task)
    assert message.startswith("1 label(s)")
    assert re.search(rf"trials\.tsv, line 2, column '{next(iter(cells))}': {words}", message)


def test_other_values_and_those_that_an_owner_of_the_column_knows_are_no_misspelling(tmp_path):
    impaired = TaskSettings(
        kind="classification", label="impaired", options=["Yes", "yes"], ignore=["no", "FALSE"]
    )
    cohorts = cohort(tmp_path, {}, {"impaired": ["Yes", "no", "FALSE"]})
    check_labels(cohorts, {"diagnosis": DIAGNOSIS, "impaired": impaired})


@pytest.mark.parametrize(
    ("task", "people", "words"),
    [
        (DIAGNOSIS, ["Storke", "n/a"], "Storke is none of tasks.x.options; did you mean stroke?"),
        (SPEED, ["fast", "n/a"], "fast is no number in m/s; correct it, or write n/a"),
        (SPEED, ["1,200", "0,9"], "1,200 is no number in m/s; looks like thousands set apart"),
    ],
)
def test_a_label_that_is_no_answer_stops_with_line_and_remedy(tmp_path, task, people, words):
    message = sentence(cohort(tmp_path, {task.label: people}, {}), x=task)
    assert f"participants.tsv, line 2, column '{task.label}': {words}" in message


def test_a_condition_in_other_capitals_is_read_as_it_is_meant(tmp_path):
    people = {"impaired": ["TRUE", "Yes"], "diagnosis": ["Stroke", "AMPUTATION"]}
    tasks = {"x": DIAGNOSIS}
    cohorts = [read_as_meant(c, tasks) for c in cohort(tmp_path, people, {})]
    check_labels(cohorts, tasks)
    assert cohorts[0].participants["impaired"].tolist() == ["yes", "yes"]
    assert cohorts[0].participants["diagnosis"].tolist() == ["stroke", "amputation"]


def test_contradictions_are_listed_and_stop_nothing(tmp_path):
    people = {"diagnosis": ["stroke", "stroke"], "impaired": ["no", "yes"]}
    cohorts = cohort(tmp_path, people, {"impaired": ["n/a", "n/a", "no"]})
    check_labels(cohorts, {"diagnosis": DIAGNOSIS})
    first, second = contradictions(cohorts, {"diagnosis": DIAGNOSIS})
    assert "participants.tsv, line 2, column 'diagnosis': stroke contradicts impaired no" in first
    assert "participants.tsv, line 3" in second
    assert "of line 4 of trials.tsv (tasks.diagnosis.contradicted_by); correct one" in second


def test_columns_that_no_table_has_are_named_with_the_nearest(tmp_path):
    cohorts = cohort(tmp_path, {"diagnose": ["stroke", "n/a"], "impaired": ["yes", "no"]}, {})
    clock = CLOCK.model_copy(update={"contradicted_by": {"impaird": ["no"]}})
    remarks = unused_names(cohorts, {"diagnosis": DIAGNOSIS, "tug": clock}, ["impared", "impaired"])
    assert remarks == [
        "tasks.diagnosis.label: no table has the column diagnosis; did you mean diagnose?",
        "tasks.tug.label: no table has the column tug_s.",
        "tasks.tug.applies_to: no table has the column activity.",
        "tasks.tug.contradicted_by: no table has the column impaird; did you mean impaired?",
        "split.stratify_by[0]: no table has the column impared; did you mean impaired?",
    ]


def test_a_condition_that_nobody_meets_is_named_with_what_the_tables_hold(tmp_path):
    cohorts = cohort(tmp_path, {}, {"impaired": ["affected", "affected", "healthy"]})
    sentences = unused_names(cohorts, {"x": DIAGNOSIS.model_copy(update={"label": "impaired"})}, [])
    assert sentences == [
        "tasks.x.applies_to: nobody's impaired is yes, the tables hold affected, healthy. "
        "The task is left out."
    ]


def test_a_column_to_vote_by_that_no_table_has_stops_before_anything_is_trained(tmp_path):
    cohorts = cohort(tmp_path, {}, {"walk": ["1", "1", "2"]})
    check_vote_column(cohorts, "walk")
    check_vote_column(cohorts, None)
    with pytest.raises(
        InputError, match=r"vote_by: no table has the column wlak; did you mean walk"
    ):
        check_vote_column(cohorts, "wlak")
