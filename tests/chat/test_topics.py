"""Which task a question means: rates on questions that chose nothing, and what users must not do."""

import pytest
import yaml

from biomechgpt.chat.topics import Topics
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.settings.tasks_section import task_settings
from tests.helpers.typed_questions import shipped_router


@pytest.fixture(scope="module")
def examples(root):
    return yaml.safe_load((root / "resources/chat_questions.yaml").read_text())


@pytest.fixture(scope="module")
def shipped(root):
    tasks = yaml.safe_load((root / "config.yaml").read_text())["tasks"]
    return read_tasks(
        task_settings(tasks), {name: root / f"resources/phrasings/{name}.yaml" for name in tasks}
    )


@pytest.fixture(scope="module")
def topics(shipped, examples):
    phrasings = {task.name: [p.text for p in task.train] for task in shipped}
    return Topics(phrasings, examples["everyday"]["choose"], examples["outside"]["choose"])


def test_held_out_phrasings_are_known(topics, shipped):
    questions = [(p.text, task.name) for task in shipped for p in task.held_out]
    right = [topics.match(text).task == name for text, name in questions]
    assert sum(right) >= len(right) - 1


def test_everyday_words_are_mostly_known_and_never_taken_for_another_task(topics, examples):
    texts_of = examples["everyday"]["measure"]
    meant = [(topics.match(text).task, name) for name, texts in texts_of.items() for text in texts]
    assert all(matched in (None, name) for matched, name in meant)
    assert sum(matched is None for matched, _ in meant) <= 0.15 * len(meant)


def test_other_questions_are_turned_away(examples):
    router = shipped_router()
    accepted = [t for t in examples["outside"]["measure"] if router.route(t).task is not None]
    assert len(accepted) <= 0.02 * len(examples["outside"]["measure"]), accepted


def test_questions_that_measure_are_not_those_that_choose(examples, shipped):
    everyday = examples["everyday"]
    choosing = {t.casefold() for texts in everyday["choose"].values() for t in texts}
    choosing |= {text.casefold() for text in examples["outside"]["choose"]}
    choosing |= {p.text.casefold() for task in shipped for p in task.train}
    measured = [t for texts in everyday["measure"].values() for t in texts]
    measured += examples["outside"]["measure"]
    assert choosing.isdisjoint(text.casefold() for text in measured)
    assert set(everyday["choose"]) == set(everyday["measure"]) == {t.name for t in shipped}


def test_capitals_and_marks_do_not_matter(topics):
    matches = [
        topics.match(text) for text in ("how fast is he walking", "HOW FAST IS HE WALKING??")
    ]
    assert {match.task for match in matches} == {"walking_speed"}


def test_a_model_of_one_task_turns_the_others_away(examples):
    topics = Topics(
        {"cadence": ["What is the cadence in steps/min?", "How many steps a minute?"]},
        examples["everyday"]["choose"], examples["outside"]["choose"],
    )  # fmt: skip
    assert topics.match("how many steps per minute are taken?").task == "cadence"
    assert topics.match("What is the capital of France?").task is None
