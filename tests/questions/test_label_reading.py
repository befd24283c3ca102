"""Labels are read as they are meant where that is certain, and left alone where it is not."""

import pandas as pd
import pytest

from biomechgpt.cohort.tables import Cohort
from biomechgpt.questions.label_reading import Column, meanings, read_as_meant, readings
from biomechgpt.settings.tasks_section import task_settings

ACTIVITY = Column(("overground walking", "L-test", "timed up and go"), None)
IMPAIRED = Column(("yes", "no"), None)
DEVICE = Column(("none", "cane"), None)
SPEED = Column((), "m/s")


@pytest.mark.parametrize(
    ("column", "text", "meant"),
    [
        (ACTIVITY, "Overground Walking", "overground walking"),
        (ACTIVITY, "overground_walking", "overground walking"),
        (ACTIVITY, "l test", "L-test"),
        (ACTIVITY, "TUG", "TUG"),  # initials may be of something else
        (ACTIVITY, "walking", "walking"),
        (ACTIVITY, "#N/A", None),
        (IMPAIRED, "TRUE", "yes"),
        (IMPAIRED, "0", "no"),
        (IMPAIRED, "Nein", "no"),
        (IMPAIRED, "2", "2"),
        (DEVICE, "none", "none"),  # an option, and no missing value
        (DEVICE, "1", "1"),  # not a column of yes and no
        (SPEED, "1.2 m/s", "1.2"),
        (SPEED, "1.2M/S", "1.2"),
        (SPEED, "120 cm/s", "120 cm/s"),
        (SPEED, "none", None),
        (SPEED, "fast", "fast"),
        (SPEED, "m/s", "m/s"),
    ],
)
def test_a_label_is_read_only_where_its_meaning_is_certain(column, text, meant):
    assert meanings([text], column)[text] == meant


@pytest.mark.parametrize(
    ("cells", "meant"),
    [
        (["0,62", "1,1", "1"], ["0.62", "1.1", "1"]),
        (["1,120", "0,98"], ["1.120", "0.98"]),  # the second can only be a decimal comma
        (["1,120", "2,050"], ["1,120", "2,050"]),  # thousands, or three decimals
        (["0,62", "1.1"], ["0,62", "1.1"]),
        (["0,62 m/s"], ["0.62"]),
        (["1,2,3"], ["1,2,3"]),
    ],
)
def test_commas_are_decimal_where_the_column_leaves_no_doubt(cells, meant):
    assert list(meanings(cells, SPEED).values()) == meant


def test_two_words_that_are_alike_leave_a_doubt():
    column = Column(("L-test", "Ltest"), None)
    assert meanings(["l test"], column) == {"l test": "l test"}


@pytest.fixture
def cohort(tmp_path):
    people = {"participant_id": ["A", "B", "C"], "impaired": ["TRUE", "yes", None]}
    trials = {"trial_id": ["t", "u"], "participant_id": ["A", "B"], "note": ["TRUE", "1,5"]}
    tables = [pd.DataFrame(table, dtype=object, index=range(2, 2 + len(next(iter(table.values())))))
              for table in (people, trials)]  # fmt: skip
    return Cohort("c", tmp_path, *tables)


@pytest.fixture
def tasks():
    return task_settings(
        {"impaired": {"kind": "classification", "label": "impaired", "options": ["yes", "no"]}}
    )


def test_only_columns_that_tasks_name_are_read(cohort, tasks):
    read = read_as_meant(cohort, tasks)
    assert read.participants["impaired"].tolist() == ["yes", "yes", None]
    assert read.trials["note"].tolist() == ["TRUE", "1,5"]
    assert read.participants.index.tolist() == [2, 3, 4]
    assert cohort.participants["impaired"].tolist() == ["TRUE", "yes", None]


def test_what_was_read_otherwise_is_listed_with_the_number_of_cells(cohort, tasks):
    place = cohort.folder / "participants.tsv"
    assert readings([cohort], tasks) == [
        f"{place}, column 'impaired': TRUE is read as yes (1 cell(s))"
    ]
