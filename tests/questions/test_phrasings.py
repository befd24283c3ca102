"""The shipped phrasings differ in structure; held-out ones share no template with training."""

import itertools
import re

import pytest
import yaml

from biomechgpt.questions.tasks import Task, read_tasks
from biomechgpt.settings.tasks_section import task_settings
from tests.helpers.paths import ROOT, read_yaml

FOLDER = ROOT / "resources" / "phrasings"
CONFIG = read_yaml("config.yaml")
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

# What makes a phrasing be about its task; what is left without it is the template.
TASK_WORDS = {
    "activity": "activity type kind doing perform performs performed carried",
    "impaired": "impaired impairment healthy status",
    "diagnosis": "diagnosis condition cause diagnostic group impairment impaired",
    "assistive_device": "assistive walking device devices aid aids support supports supported hand",
    "fall_history": "fall falls fallen fell history past earlier before",
    "walking_speed": "walking gait speed fast quickly",
    "cadence": "cadence step steps rate rhythm minute per number",
    "tug": "timed up and go tug time duration stopwatch",
    "fsst": "four square step test fsst time duration squares",
}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z_']+", text.lower())


def template(task: str, text: str) -> list[str]:
    return [word for word in words(text) if word not in TASK_WORDS[task].split()]


def four_grams(template: list[str]) -> set[tuple[str, ...]]:
    return {tuple(template[start : start + 4]) for start in range(len(template) - 3)}


def edit_similarity(first: list[str], second: list[str]) -> float:
    """1 minus the edit distance in words, as a share of the longer one."""
    row = list(range(len(second) + 1))
    for number, word in enumerate(first, start=1):
        previous, row = row, [number]
        for index, other in enumerate(second):
            cost = previous[index] + (word != other)
            row.append(min(cost, previous[index + 1] + 1, row[index] + 1))
    return 1 - row[-1] / max(len(first), len(second), 1)


@pytest.fixture(scope="module")
def raw() -> dict[str, dict[str, dict[str, str]]]:
    """Task -> train or held_out -> id -> text, placeholders as they are."""
    return {n: yaml.safe_load((FOLDER / f"{n}.yaml").read_text(encoding="utf-8")) for n in NAMES}


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    return read_tasks(
        task_settings(CONFIG["tasks"]), {name: FOLDER / f"{name}.yaml" for name in NAMES}
    )


def test_every_shipped_task_has_twenty_phrasings_and_five_held_out(tasks):
    assert len(tasks) == 9
    for task in tasks:
        assert len(task.train) >= 20
        assert len(task.held_out) >= 5
        texts = [phrasing.text for phrasing in task.train + task.held_out]
        assert len(set(texts)) == len(texts)
        assert not any("{" in text for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_training_phrasings_differ_in_structure(raw, name):
    templates = {key: template(name, text) for key, text in raw[name]["train"].items()}
    for first, second in itertools.combinations(templates, 2):
        assert edit_similarity(templates[first], templates[second]) <= 0.5, (first, second)
        assert not four_grams(templates[first]) & four_grams(templates[second]), (first, second)


@pytest.mark.parametrize("name", NAMES)
def test_held_out_phrasings_share_no_template_with_training_of_any_task(raw, name):
    for key, text in raw[name]["held_out"].items():
        held_out = template(name, text)
        for other in NAMES:
            for trained_key, trained_text in raw[other]["train"].items():
                trained = template(other, trained_text)
                shared = four_grams(held_out) & four_grams(trained)
                assert not shared, (key, trained_key, shared)
                assert edit_similarity(held_out, trained) <= 0.5, (key, trained_key)


@pytest.mark.parametrize("name", NAMES)
def test_held_out_phrasings_use_words_of_training_and_say_the_task(raw, name):
    known = {word for text in raw[name]["train"].values() for word in words(text)}
    everywhere = {w for n in NAMES for t in raw[n]["train"].values() for w in words(t)}
    used = [word for text in raw[name]["held_out"].values() for word in words(text)]
    assert sum(word in known for word in used) / len(used) >= 0.85
    assert sum(word in everywhere for word in used) / len(used) >= 0.95
    for key, text in raw[name]["held_out"].items():
        assert set(words(text)) & set(TASK_WORDS[name].split()), key


@pytest.mark.parametrize("name", NAMES)
def test_no_phrasing_names_an_answer(raw, name):
    options = CONFIG["tasks"][name].get("options", [])
    for side in raw[name].values():
        for key, text in side.items():
            for option in options:
                assert option.lower() not in re.split(r"[^a-z0-9 -]+", text.lower()), key
                named = re.search(rf"\b{re.escape(option.lower())}\b", text.lower())
                assert not named or option in ("yes", "no"), (key, option)
            assert not re.search(r"\byes\b|\d", text.lower()), key


def test_listed_options_come_from_the_config(raw):
    for name, cfg in CONFIG["tasks"].items():
        placeholder = "{options}" if cfg["kind"] == "classification" else "{unit}"
        for side, least in (("train", 3), ("held_out", 1)):
            assert sum(placeholder in text for text in raw[name][side].values()) >= least, name
