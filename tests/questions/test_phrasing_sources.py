"""Before any job it is known where the phrasings of each task come from, and whether they can be used."""

import pytest

from biomechgpt.errors import InputError
from biomechgpt.questions.phrasing_sources import built_phrasings, check_phrasings, phrasing_files
from biomechgpt.settings.tasks_section import TaskSettings

PAIN = {"kind": "classification", "label": "pain", "options": ["none", "mild"]}
TEXTS = {"train": ["Pain?"], "held_out": ["Which pain?"]}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A folder with a file of phrasings for the task tug."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "resources/phrasings"
    folder.mkdir(parents=True)
    (folder / "tug.yaml").write_text("train: {a: 'TUG?'}\nheld_out: {b: 'Time?'}")


def tasks(**phrasings) -> dict[str, TaskSettings]:
    """A task a name, with these phrasings or, for None, without any."""
    return {
        name: TaskSettings.model_validate(PAIN | ({"phrasings": value} if value else {}))
        for name, value in phrasings.items()
    }


def test_phrasings_come_from_the_named_file_the_tasks_own_one_its_entry_or_its_words():
    entries = tasks(tug=None, pain=None, ache="ache.yaml", sore=TEXTS)
    assert phrasing_files(entries) == {"tug": "resources/phrasings/tug.yaml", "ache": "ache.yaml"}
    (sentence,) = built_phrasings(entries)
    assert sentence.startswith(
        "tasks.pain has neither phrasings nor a file resources/phrasings/pain"
    )


def test_every_file_that_cannot_be_used_is_named_with_its_key(tmp_path):
    (tmp_path / "worn.yaml").write_text("train: {a: 'In {unit}?'}\nheld_out: {b: 'Pain?'}")
    check_phrasings(tasks(tug=None, pain=None, sore=TEXTS))
    with pytest.raises(InputError) as caught:
        check_phrasings(tasks(tug=None, ache="ache.yaml", worn="worn.yaml"))
    lines = str(caught.value).splitlines()
    assert lines[0] == "The phrasings of 2 task(s) cannot be used:"
    assert "tasks.ache.phrasings: There is no file ache.yaml" in lines[1]
    assert "tasks.worn.phrasings: worn.yaml: train.a holds {unit}" in lines[2]
