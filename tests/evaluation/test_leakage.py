"""Every planted leak is found, and a clean run has none."""

import pandas as pd
import pytest

from biomechgpt.evaluation import leakage

PEOPLE = {"A": "train", "B": "train", "C": "validation", "D": "test"}


@pytest.fixture
def trials():
    return pd.DataFrame(
        {
            "trial_id": [f"{person}_{k}" for person in PEOPLE for k in (1, 2)],
            "participant_id": [person for person in PEOPLE for _ in (1, 2)],
            "split_group": [person for person in PEOPLE for _ in (1, 2)],
            "angles_sha256": [f"{k:02x}" for k in range(8)],
            "also_recorded_as": [[] for _ in range(8)],
        }
    )


@pytest.fixture
def folds():
    rows = [("fold-0", person, split) for person, split in PEOPLE.items()]
    return pd.DataFrame(rows, columns=["fold", "participant_id", "split"])


@pytest.fixture
def questions():
    table = pd.DataFrame({"participant_id": list(PEOPLE), "split": list(PEOPLE.values())})
    seen = table["split"] == "train"
    return table.assign(
        phrasing_id=seen.map({True: "t-1", False: "h-1"}),
        question=seen.map({True: "What is it?", False: "Which is it?"}),
    )


def verdicts(trials, folds, questions):
    checks = leakage.audit(trials, folds, [("fold-0", questions)]).checks
    return checks.set_index("check")


def test_a_clean_run_has_no_leak(trials, folds, questions):
    checks = verdicts(trials, folds, questions)
    assert "leak" not in set(checks["verdict"])
    counted = checks[checks["verdict"] == "none found"]
    assert (counted["found"] == 0).all()
    names = {"participants", "split_groups", "equal_recordings", "dropped_copies", "questions"}
    assert set(counted.index) == names | {"phrasings", "question_texts"}


def test_sizes_of_the_sides(trials, folds):
    sizes = leakage.audit(trials, folds, []).sizes.set_index("split")
    assert sizes.loc["train", ["participants", "trials"]].tolist() == [2, 4]
    assert sizes.loc["test", ["participants", "trials"]].tolist() == [1, 2]


def test_a_participant_on_two_sides(trials, folds, questions):
    twice = pd.concat([folds, folds.iloc[[0]].assign(split="validation")])
    checks = leakage.audit(trials, twice[twice["participant_id"] != "B"], []).checks
    row = checks.set_index("check").loc["participants"]
    assert (row["found"], row["verdict"]) == (1, "leak")
    assert "A" in row["detail"]


@pytest.mark.parametrize(
    ("check", "column"), [("split_groups", "split_group"), ("equal_recordings", "angles_sha256")]
)
def test_what_could_be_one_person_on_two_sides(trials, folds, questions, check, column):
    trials.loc[[0, 7], column] = "same"
    assert verdicts(trials, folds, questions).loc[check, "verdict"] == "leak"
    trials.loc[[0, 7], column] = ["a", "b"]
    trials.loc[[0, 2], column] = "same"  # both train
    assert verdicts(trials, folds, questions).loc[check, "verdict"] == "none found"


def test_a_dropped_copy_of_somebody_on_the_other_side(trials, folds, questions):
    trials.at[0, "also_recorded_as"] = ["D"]
    row = verdicts(trials, folds, questions).loc["dropped_copies"]
    assert (row["found"], row["verdict"]) == (1, "leak")
    trials.at[0, "also_recorded_as"] = ["B"]
    assert verdicts(trials, folds, questions).loc["dropped_copies", "verdict"] == "none found"


def test_questions_to_the_wrong_side_and_phrasings_on_both(trials, folds, questions):
    moved = questions.assign(split=["train", "test", "validation", "test"])
    assert verdicts(trials, folds, moved).loc["questions", "verdict"] == "leak"
    same = questions.assign(phrasing_id="t-1")
    assert verdicts(trials, folds, same).loc["phrasings", "verdict"] == "leak"
    assert verdicts(trials, folds, same).loc["question_texts", "verdict"] == "none found"


def test_who_is_tested_how_often(trials, folds, questions):
    second = folds.assign(fold="fold-1", split=["test", "train", "validation", "test"])
    audited = leakage.audit(trials, pd.concat([folds, second]), [])
    row = audited.checks.set_index("check").loc["tested_once"]
    assert row["verdict"] == "information"
    assert row["detail"] == "participants tested: 2 never, 1 once, 1 twice"


def test_what_holds_by_construction_names_its_place(trials, folds, questions):
    checks = verdicts(trials, folds, questions)
    built = checks[checks["verdict"] == "by construction"]
    assert set(built.index) == set(leakage.BY_CONSTRUCTION)
    assert built["detail"].str.contains(r"\.py").all()
    assert built["found"].isna().all()


def test_questions_are_read_with_their_fold(questions, tmp_path):
    path = tmp_path / "fold-3" / "questions" / "seed-0.parquet"
    path.parent.mkdir(parents=True)
    questions.assign(other=1).to_parquet(path)
    ((fold, read),) = leakage.read_questions([("fold-3", path)])
    assert fold == "fold-3"
    assert "other" not in read
