"""Every way in which synthetic movement could reach test people stops the run."""

import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.evaluation.synthetic_leakage import audit_synthetic, refuse_leaks

TRIALS = pd.DataFrame({"trial_id": ["a", "b", "c"], "participant_id": ["A", "B", "C"]})
FOLDS = pd.DataFrame(
    {
        "fold": ["fold-0"] * 3 + ["fold-1"] * 3,
        "participant_id": list("ABC") * 2,
        "split": ["train", "validation", "test", "test", "train", "train"],
    }
)
RECORDED = [("a", "0a"), ("b", "0b"), ("c", "0c")]


def synthetic(**changes):
    row = {
        "trial_id": "synthetic/fold-0/words/seed-0/00000", "fold": "fold-0", "folder_fold": "fold-0",
        "source_trial_ids": ["a"], "digest": "ff",
    }  # fmt: skip
    return pd.DataFrame([row, row | {"source_trial_ids": []} | changes])


def leaks(table, trials=TRIALS, recorded=RECORDED):
    checks = audit_synthetic(table, trials, FOLDS, recorded)
    return checks.loc[checks["verdict"] == "leak", "check"].tolist()


def test_a_clean_run_passes():
    assert leaks(synthetic()) == []
    refuse_leaks(audit_synthetic(synthetic(), TRIALS, FOLDS, RECORDED))


@pytest.mark.parametrize("source", ["b", "c", "unknown"])
def test_conditions_of_anybody_but_training_people_of_the_fold(source):
    assert leaks(synthetic(source_trial_ids=["a", source])) == ["conditions_from_test"]
    fold = {"fold": "fold-1", "folder_fold": "fold-1"}
    expected = [] if source in "bc" else ["conditions_from_test"]
    assert leaks(synthetic(source_trial_ids=[source], **fold)) == expected


def test_movements_in_the_folder_of_another_fold():
    assert leaks(synthetic(folder_fold="fold-1")) == ["synthetic_fold"]


@pytest.mark.parametrize("name", ["synthetic/fold-0/words/seed-0/00000", "site/synthetic@x@00001"])
def test_synthetic_ids_in_a_cohort(name):
    trials = pd.concat([TRIALS, pd.DataFrame([{"trial_id": name, "participant_id": "A"}])])
    assert leaks(synthetic(), trials) == ["synthetic_in_cohort"]


def test_a_synthetic_movement_under_another_name():
    assert leaks(synthetic(), recorded=[*RECORDED, ("d", "ff")]) == ["synthetic_in_test"]


def test_a_leak_stops_with_a_sentence_for_each():
    checks = audit_synthetic(synthetic(source_trial_ids=["c"]), TRIALS, FOLDS, RECORDED)
    with pytest.raises(InputError, match=r"conditions_from_test: 1 trials .*: c"):
        refuse_leaks(checks)
