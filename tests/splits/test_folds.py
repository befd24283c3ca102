"""Properties of the split: nobody on two sides, shares kept, order and chance under control."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biomechgpt.cohort.tables import Cohort
from biomechgpt.errors import InputError
from biomechgpt.settings.cohorts_section import CohortSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.splits.folds import assign_folds, check_enough_people, check_folds, fold_names
from biomechgpt.splits.folds_file import read_folds

SETTINGS = SplitSettings(
    scheme="holdout",
    test_fraction=0.3,
    validation_fraction=0.1,
    folds=5,
    seed=0,
    stratify_by=["diagnosis", "tug_s"],
    file=None,
)
ROLES = {"clinic": "both", "gym": "train", "ward": "test"}


def tables(people: list[dict]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two trials a person; a person may say cohort, split_group, hash, diagnosis and tug_s."""
    trials, labels = [], []
    for number, person in enumerate(people):
        name = person.get("name", f"P{number:03d}")
        for trial in range(2):
            trial_id = f"{name}-{trial}"
            trials.append(
                {
                    "trial_id": trial_id,
                    "participant_id": name,
                    "cohort": person.get("cohort", "clinic"),
                    "split_group": person.get("split_group"),
                    "angles_sha256": person.get("hash", trial_id) if trial == 0 else trial_id,
                }
            )
            diagnosis, tug_s = person.get("diagnosis"), person.get("tug_s") if trial else None
            labels.append((trial_id, name, diagnosis, tug_s))
    columns = ["trial_id", "participant_id", "diagnosis", "tug_s"]
    return pd.DataFrame(trials), pd.DataFrame(labels, columns=columns)


def assign(people: list[dict], **changes: object) -> pd.DataFrame:
    return assign_folds(*tables(people), ROLES, SETTINGS.model_copy(update=changes))


def split_of(folds: pd.DataFrame, fold: str = "holdout") -> dict[str, str]:
    rows = folds[folds["fold"] == fold]
    return dict(zip(rows["participant_id"], rows["split"], strict=True))


person = st.fixed_dictionaries(
    {},
    optional={
        "cohort": st.sampled_from(["clinic", "clinic", "clinic", "gym", "ward"]),
        "split_group": st.sampled_from(["a", "b", "c", "d"]),
        "hash": st.sampled_from(["x", "y", "z"]),
        "diagnosis": st.sampled_from(["stroke", "amputation", "none"]),
        "tug_s": st.sampled_from(["9.5", "12", "30.25"]),
    },
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    people=st.lists(person, min_size=1, max_size=16),
    scheme=st.sampled_from(["holdout", "kfold", "leave_one_participant_out"]),
    seed=st.integers(0, 3),
)
def test_any_cohort_is_divided_without_leaks_or_refused(people, scheme, seed):
    trials, labels = tables(people)
    try:
        folds = assign_folds(
            trials, labels, ROLES, SETTINGS.model_copy(update={"scheme": scheme, "seed": seed})
        )
    except InputError as error:
        if "Add participants" in str(error) or "role train" in str(error):
            return
        raise
    check_folds(folds, trials)
    cohort_of = dict(zip(trials["participant_id"], trials["cohort"], strict=True))
    for fold in folds["fold"].unique():
        sides = split_of(folds, fold)
        assert set(sides) == set(cohort_of)
        assert {"train", "validation", "test"} == set(sides.values())
        for name, cohort in cohort_of.items():
            assert cohort != "ward" or sides[name] == "test"
            assert cohort != "gym" or sides[name] != "test"


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(
    diagnoses=st.lists(st.sampled_from("aaaaabbcd"), min_size=20, max_size=60),
    seed=st.integers(0, 5),
)
def test_fractions_and_classes_of_holdout(diagnoses, seed):
    folds = assign([{"diagnosis": d} for d in diagnoses], seed=seed)
    sides = list(split_of(folds).values())  # in the order of the people
    assert abs(sides.count("test") - 0.3 * len(sides)) <= 0.5
    assert abs(sides.count("validation") - 0.1 * len(sides)) <= 0.5
    for diagnosis in set(diagnoses):
        tested = [s == "test" for s, d in zip(sides, diagnoses, strict=True) if d == diagnosis]
        assert abs(sum(tested) - 0.3 * len(tested)) < 2
        assert any(tested) or len(tested) < 4
        assert not all(tested)


@pytest.mark.parametrize("seed", range(5))
def test_rare_labels_are_shared_out_before_common_ones(seed):
    people = [{"diagnosis": "stroke" if n % 2 else "amputation"} for n in range(60)]
    for number in (0, 1, 2, 3, 4, 5):
        people[number]["tug_s"] = str(9.5 + number)
    people[6]["diagnosis"] = "once"
    people[7]["diagnosis"] = people[8]["diagnosis"] = "twice"
    sides = split_of(assign(people, seed=seed))
    timed = [sides[f"P{number:03d}"] for number in range(6)]
    assert timed.count("test") == 2
    assert sides["P006"] != "test"
    assert sorted((sides["P007"], sides["P008"]))[0] == "test"


def test_every_participant_is_tested_once_and_classes_are_spread_by_kfold():
    people = [{"diagnosis": "rare" if n < 10 else "common"} for n in range(43)]
    folds = assign(people, scheme="kfold")
    assert sorted(folds["fold"].unique()) == fold_names(
        SETTINGS.model_copy(update={"scheme": "kfold"})
    )
    tested = folds[folds["split"] == "test"]
    assert sorted(tested["participant_id"]) == [f"P{n:03d}" for n in range(43)]
    assert set(tested["fold"].value_counts()) == {8, 9}
    rare = tested["participant_id"] < "P010"
    assert set(tested[rare]["fold"].value_counts()) == {2}
    validation = folds[folds["split"] == "validation"]
    assert set(validation["fold"].value_counts()) == {4}
    assert validation["participant_id"].nunique() > 10


def test_leave_one_out_keeps_joined_people_together():
    people = [{} for _ in range(5)] + [{"split_group": "twins"}, {"split_group": "twins"}]
    folds = assign(people, scheme="leave_one_participant_out")
    tested = folds[folds["split"] == "test"].groupby("fold")["participant_id"].agg(list)
    assert len(tested) == 6
    assert ["P005", "P006"] in tested.tolist()


def test_people_joined_by_a_chain_of_groups_and_recordings_stay_together():
    people = [{} for _ in range(30)]
    people[0] |= {"split_group": "g"}
    people[1] |= {"split_group": "g", "hash": "h"}
    people[2] |= {"hash": "h"}
    for seed in range(10):
        sides = split_of(assign(people, seed=seed))
        assert len({sides[name] for name in ("P000", "P001", "P002")}) == 1


def test_order_of_rows_does_not_matter_and_the_seed_does():
    people = [{"diagnosis": "stroke" if n % 3 else "amputation"} for n in range(40)]
    trials, labels = tables(people)
    expected = assign_folds(trials, labels, ROLES, SETTINGS)
    shuffled = assign_folds(
        trials.sample(frac=1, random_state=1),
        labels.sample(frac=1, random_state=2),
        ROLES,
        SETTINGS,
    )
    pd.testing.assert_frame_equal(expected, shuffled)
    assert not expected.equals(
        assign_folds(trials, labels, ROLES, SETTINGS.model_copy(update={"seed": 1}))
    )


def test_the_draw_is_the_same_on_every_machine():
    sides = split_of(assign([{} for _ in range(10)]))
    assert [name for name, side in sides.items() if side == "test"] == ["P002", "P004", "P009"]


def test_train_and_test_cohorts_need_no_cohort_of_both():
    people = [{"cohort": "gym"}] * 8 + [{"cohort": "ward"}] * 3
    sides = split_of(assign(people))
    assert list(sides.values()).count("test") == 3
    assert list(sides.values()).count("validation") == 1


def test_a_person_of_a_train_and_of_a_test_cohort_is_refused():
    people = [{}] * 6 + [{"cohort": "gym", "hash": "h"}, {"cohort": "ward", "hash": "h"}]
    with pytest.raises(InputError, match="P006, P007 share"):
        assign(people)


def test_a_label_column_that_no_table_has_is_left_out(caplog):
    assign([{}] * 10, stratify_by=["diagnosis", "height_m"])
    assert "height_m" in caplog.text


def write(path, rows: list[tuple[str, str, str]]) -> dict:
    lines = ["\t".join(row) for row in [("fold", "participant_id", "split"), *rows]]
    path.write_text("\n".join(lines) + "\n")
    return {"scheme": "file", "file": str(path)}


GOOD_ROWS = [
    ("first", "P000", "train"),
    ("first", "P001", "validation"),
    ("first", "P002", "test"),
    ("second", "P000", "test"),
    ("second", "P001", "train"),
    ("second", "P002", "validation"),
]


def test_the_users_own_folds_are_taken(tmp_path):
    changes = write(tmp_path / "own.tsv", GOOD_ROWS)
    folds = assign([{}] * 3, **changes)
    assert sorted(folds.itertuples(index=False, name=None)) == sorted(GOOD_ROWS)
    assert fold_names(SETTINGS.model_copy(update=changes)) == ["first", "second"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*GOOD_ROWS, ("second", "P001", "test")], "line 8.*already"),
        (GOOD_ROWS[:-1], "fold second lacks 1 .*P002"),
        ([*GOOD_ROWS[:-1], ("second", "P002", "valid")], "line 7: split is 'valid'"),
        ([*GOOD_ROWS[:-1], ("second", "P02", "test")], "line 7.*P02 .*did you mean P002"),
        (
            [*GOOD_ROWS[:-1], ("logs", "P002", "test")],
            "line 7: fold is logs, a folder that every run",
        ),
        ([*GOOD_ROWS[:-1], ("f" * 101, "P002", "test")], "line 7: fold is 'f+'"),
        ([*GOOD_ROWS[:-1], ("second", "n/a", "test")], "line 7: participant_id is missing"),
        ([*GOOD_ROWS[:-1], ("second", "P002")], "line 7: 2 cells"),
        (
            [*GOOD_ROWS[:-1], ("second", '"P002', "test")],
            'line 7: participant_id "P002 has no trial',
        ),
        ([*GOOD_ROWS[:-1], ("a/b", "P002", "test")], "line 7: fold is 'a/b'"),
        ([], "no rows"),
    ],
)
def test_the_users_own_folds_are_checked(tmp_path, rows, words):
    with pytest.raises(InputError, match=words):
        assign([{}] * 3, **write(tmp_path / "own.tsv", rows))


def test_the_users_own_folds_may_not_part_one_person_or_test_a_train_cohort(tmp_path):
    changes = write(tmp_path / "own.tsv", GOOD_ROWS)
    with pytest.raises(InputError, match=r"P000, P002 share split_group g.*different sides"):
        assign([{"split_group": "g"}, {}, {"split_group": "g"}], **changes)
    with pytest.raises(InputError, match=r"line 4.*P002 is test.*role train"):
        assign([{}, {}, {"cohort": "gym"}], **changes)


def test_missing_file_and_missing_column_are_named(tmp_path):
    with pytest.raises(InputError, match=r"no file .*own\.tsv"):
        assign([{}] * 3, scheme="file", file=str(tmp_path / "own.tsv"))
    (tmp_path / "own.tsv").write_text("fold,participant_id,split\n")
    with pytest.raises(InputError, match=r"line 1: .*tab-separated"):
        assign([{}] * 3, scheme="file", file=str(tmp_path / "own.tsv"))


@pytest.mark.parametrize("seed", range(3))
def test_many_columns_keep_their_shares_together(seed):
    random = np.random.default_rng(seed)
    columns = ["a", "b", "c", "d", "e"]
    values = random.choice(list("uvwxyz"), (150, 5), p=[0.5, 0.2, 0.12, 0.1, 0.05, 0.03])
    names = [f"P{number:03d}" for number in range(150)]
    labels = pd.DataFrame(values, columns=columns).assign(trial_id=names, participant_id=names)
    trials = labels[["trial_id", "participant_id"]].assign(
        cohort="clinic", split_group=None, angles_sha256=names
    )
    folds = assign_folds(
        trials, labels, ROLES, SETTINGS.model_copy(update={"stratify_by": columns, "seed": seed})
    )
    tested = labels["participant_id"].map(split_of(folds)) == "test"
    for column in columns:
        counts = labels.groupby(column)["trial_id"].count()
        assert ((tested.groupby(labels[column]).sum() - 0.3 * counts).abs() < 2).all()


def test_folds_that_are_no_text_are_refused_and_names_that_look_missing_are_read(tmp_path):
    path = tmp_path / "own.tsv"
    for content in (b"", b"\xff\xfe\0", b"fold\0"):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"own\.tsv, line 1"):
            fold_names(SETTINGS.model_copy(update={"scheme": "file", "file": str(path)}))
    path.write_text("fold\tparticipant_id\tsplit\nNA\tNone\ttrain\n")
    assert read_folds(path).to_numpy().tolist() == [["NA", "None", "train"]]


def cohort_of(name: str, groups: list[str]) -> Cohort:
    """A cohort with one trial a person, whose `split_group` stands in `groups`."""
    ids = [f"P{number}" for number in range(len(groups))]
    people = pd.DataFrame({"participant_id": ids, "split_group": groups}, dtype=object)
    trials = pd.DataFrame({"trial_id": ids, "participant_id": ids, "file": "x.mot"}, dtype=object)
    return Cohort(name, Path(name), people, trials)


def test_more_folds_than_people_are_refused_from_the_tables_alone():
    entries = [
        CohortSettings(name="a", path="a", role="both"),
        CohortSettings(name="b", path="b", role="train"),
    ]
    cohorts = [cohort_of("a", [None] * 13 + ["family"] * 3), cohort_of("b", [None] * 30)]
    kfold = SETTINGS.model_copy(update={"scheme": "kfold", "folds": 20})
    check_enough_people(cohorts, entries, 160, kfold.model_copy(update={"folds": 14}))
    with pytest.raises(
        InputError, match=r"split\.folds is 20, .* of 14 people .*folds to 14 at most"
    ):
        check_enough_people(cohorts, entries, 160, kfold)
    simulated = [CohortSettings(name="simulated", role="both")]
    check_enough_people([], simulated, 20, kfold)
    with pytest.raises(InputError, match=r"of 19 people"):
        check_enough_people([], simulated, 19, kfold)


def test_two_people_are_too_few_for_any_split():
    entries = [CohortSettings(name="a", path="a", role="both")]
    with pytest.raises(InputError, match=r"trials of 2 people.*add participants"):
        check_enough_people([cohort_of("a", [None, None])], entries, 160, SETTINGS)
    check_enough_people([cohort_of("a", [None] * 3)], entries, 160, SETTINGS)
