"""What is usual, a cohort folder with labels, and a small finished run."""

import pytest

from biomechgpt.features.normal_gait import NormalGait
from tests.helpers import fake_study
from tests.helpers.normal_walks import normal_gait

LABELS = {"participants.tsv": "diagnosis", "trials.tsv": "walking_speed_m_s"}


@pytest.fixture(scope="session")
def normal() -> NormalGait:
    """What is usual, as the project has it."""
    return normal_gait()


@pytest.fixture
def labelled_cohort(tmp_path):
    """A cohort folder of four walks whose tables have labels of participants and of trials."""
    folder = tmp_path / "cohort"
    fake_study.write_folder(folder, [f"w{number}" for number in range(4)])
    for name, label in LABELS.items():
        head, *rows = (folder / name).read_text().splitlines()
        lines = [f"{head}\t{label}", *(f"{row}\t{number / 10}" for number, row in enumerate(rows))]
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The results of a small finished run."""
    folder = tmp_path_factory.mktemp("scored") / "results"
    fake_study.write_run(folder)
    return folder
