"""People are divided by what their labels mean, however these were typed; clean labels divide as ever."""

import pandas as pd
import pytest

from biomechgpt.cohort.cell_meanings import CellMeaning, with_meanings
from biomechgpt.cohort.tables import Cohort, read_cohort, trial_labels
from biomechgpt.questions.label_reading import cell_meanings
from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.settings.tasks_section import task_settings
from biomechgpt.simulation import simulate_cohort
from biomechgpt.splits.folds import assign_folds
from tests.helpers.paths import read_yaml

CONFIG = read_yaml("config.yaml")
TASKS = task_settings(CONFIG["tasks"])
SPLIT = SplitSettings.model_validate(CONFIG["split"])
TYPED = {
    "stroke": "STROKE",
    "spinal cord injury": "Spinal_cord injury",
    "yes": "TRUE",
    "none": "None",
}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Cohort:
    folder = tmp_path_factory.mktemp("strata") / "cohort"
    few = {"seed": 5, "participants": 40, "max_trials_per_participant": 2, "frame_rate_hz": 10}
    numbers = (read_yaml(f"resources/{name}.yaml") for name in ("normal_gait", "simulated_cohort"))
    simulate_cohort(folder, SimulateSettings.model_validate(few), *numbers)
    return read_cohort("clinic", folder)


def folds(cohort: Cohort) -> pd.DataFrame:
    """The folds that every trial of the cohort, none of them recorded twice, is divided into."""
    labels = trial_labels([cohort])
    trials = labels[["trial_id", "participant_id", "cohort", "split_group"]]
    trials = trials.assign(angles_sha256=trials["trial_id"])
    return assign_folds(trials, labels, {"clinic": "both"}, SPLIT)


def read(cohort: Cohort) -> Cohort:
    """As the rule and its script read it: meanings go through the job's parameters as plain lists."""
    return with_meanings(cohort, [list(meaning) for meaning in cell_meanings(cohort, TASKS)])


def typed(cohort: Cohort) -> Cohort:
    """The cohort with every second cell of some words typed otherwise, and decimal commas."""
    people, trials = cohort.participants.copy(), cohort.trials.copy()
    for table in (people, trials):
        for column in {"diagnosis", "fall_history", "assistive_device"} & set(table.columns):
            second = table.index % 2 == 0
            table[column] = table[column].where(
                ~second, table[column].map(lambda c: TYPED.get(c, c))
            )
    trials["tug_s"] = [cell and cell.replace(".", ",") for cell in trials["tug_s"]]
    return cohort._replace(participants=people, trials=trials)


def test_clean_labels_are_divided_as_they_are_written(simulated):
    assert cell_meanings(simulated, TASKS) == []
    pd.testing.assert_frame_equal(folds(read(simulated)), folds(simulated))


def test_labels_typed_otherwise_divide_people_as_the_clean_ones_do(simulated):
    untidy = typed(simulated)
    assert not folds(untidy).equals(folds(simulated))  # as if STROKE were another diagnosis
    pd.testing.assert_frame_equal(folds(read(untidy)), folds(simulated))


def test_meanings_are_of_one_cohort_and_one_table(simulated):
    meanings = [
        CellMeaning("clinic", "participants", "diagnosis", "stroke", "S"),
        CellMeaning("clinic", "participants", "diagnosis", "spinal cord injury", None),
        CellMeaning("gym", "participants", "impaired", "yes", "no"),
    ]
    meant = with_meanings(simulated, meanings)
    before, after = simulated.participants["diagnosis"], meant.participants["diagnosis"]
    assert after[before == "stroke"].eq("S").all()
    assert after[before == "spinal cord injury"].isna().all()
    assert meant.participants["impaired"].equals(simulated.participants["impaired"])
    pd.testing.assert_frame_equal(meant.trials, simulated.trials)
