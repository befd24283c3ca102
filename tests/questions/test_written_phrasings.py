"""A task without a file of phrasings has those of its entry, or some built from its own words."""

import itertools

import pytest
import yaml

from biomechgpt.questions.tasks import read_tasks
from biomechgpt.questions.written_phrasings import label_words, written_phrasings
from biomechgpt.settings.tasks_section import TaskSettings
from tests.helpers.paths import read_yaml
from tests.questions.test_phrasings import edit_similarity, four_grams, words

TEMPLATES = read_yaml("resources/phrasing_templates.yaml")
PAIN = TaskSettings(kind="classification", label="pain", options=["none", "mild", "severe"])
STEP = TaskSettings(kind="regression", label="step_length_m", unit="m", decimals=2)


def written(tmp_path, name: str, task: TaskSettings):
    """The task as the stages read it, from the file that is written."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(yaml.safe_dump(written_phrasings(name, task, TEMPLATES), sort_keys=False))
    (read,) = read_tasks({name: task}, {name: path})
    return read


def test_phrasings_of_the_entry_are_taken_as_they_stand_there(tmp_path):
    texts = {"train": ["Pain, {options}?", "yes: 'no' #1"], "held_out": ["How much {{pain}}?"]}
    task = written(
        tmp_path, "pain", TaskSettings.model_validate(PAIN.to_dict() | {"phrasings": texts})
    )
    assert task.train == (("pain-01", "Pain, none, mild or severe?"), ("pain-02", "yes: 'no' #1"))
    assert task.held_out == (("pain-held-01", "How much {pain}?"),)


def test_without_any_they_are_built_from_label_options_and_unit(tmp_path):
    pain, step = written(tmp_path, "pain", PAIN), written(tmp_path, "step", STEP)
    assert pain.train[0] == ("pain-01", "What is the pain, none, mild or severe?")
    assert pain.train[1].text == "Pain:"
    assert step.train[0].text == "What is the step length in m?"
    for task in (pain, step):
        assert len(task.train) == 11
        assert len(task.held_out) == 4
        assert not any("{" in phrasing.text for phrasing in (*task.train, *task.held_out))


@pytest.mark.parametrize(
    ("label", "unit", "said"),
    [
        ("walking_speed_m_s", "m/s", "walking speed"),
        ("cadence_steps_min", "steps/min", "cadence"),
        ("m", "m", "m"),
        ("Berg", "points", "Berg"),
        ("stride_%", "%", "stride %"),
    ],
)
def test_a_label_is_said_in_words_without_its_unit(label, unit, said):
    assert label_words(STEP.model_copy(update={"label": label, "unit": unit})) == said


def test_braces_of_a_label_are_no_placeholder(tmp_path):
    task = written(tmp_path, "odd", PAIN.model_copy(update={"label": "a{b}"}))
    assert task.train[1].text == "A{b}:"


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_built_phrasings_differ_in_structure(kind):
    train, held_out = ([words(text) for text in TEMPLATES[kind][s]] for s in ("train", "held_out"))
    for first, second in itertools.combinations([*train, *held_out], 2):
        assert edit_similarity(first, second) <= 0.6, (first, second)
        if second in held_out:
            assert not four_grams(first) & four_grams(second), (first, second)
    known = {word for text in train for word in text}
    used = [word for text in held_out for word in text]
    assert sum(word in known for word in used) / len(used) >= 0.7
