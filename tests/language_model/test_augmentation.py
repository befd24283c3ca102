"""What each epoch draws anew: phrasings, copies of rare questions, noise on the motion."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.language_model.augmentation import asked_anew, copies_of_tasks, noisy

COUNTS = {"often": 90, "seldom": 24, "rare": 3}
PHRASINGS = {"often": ["a", "b", "c"], "seldom": ["d", "e"], "rare": ["f", "g"]}


@pytest.fixture
def questions():
    tasks = [task for task, count in COUNTS.items() for _ in range(count)]
    rows = {"task": tasks, "answer": [str(i) for i in range(len(tasks))], "question": "old"}
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_rare_tasks_are_asked_more_often_up_to_the_limit(questions):
    assert copies_of_tasks(questions, 4) == {"often": 1, "seldom": 2, "rare": 4}
    assert set(copies_of_tasks(questions, 1).values()) == {1}


def test_every_copy_keeps_its_answer_and_gets_a_phrasing_of_its_task(questions, random):
    copies = {"often": 1, "seldom": 2, "rare": 2}
    asked = asked_anew(questions, copies, PHRASINGS, random)
    assert asked["task"].value_counts().to_dict() == {"often": 90, "seldom": 48, "rare": 6}
    assert all(q in PHRASINGS[t] for q, t in zip(asked["question"], asked["task"], strict=True))
    assert dict(zip(asked["answer"], asked["task"], strict=True)) == dict(
        zip(questions["answer"], questions["task"], strict=True)
    )
    twice = asked[asked["task"] != "often"].groupby("answer")["question"].nunique()
    assert set(twice) == {2}


def test_more_copies_than_phrasings_use_them_again(questions, random):
    asked = asked_anew(questions, dict.fromkeys(COUNTS, 5), PHRASINGS, random)
    assert len(asked) == 5 * len(questions)
    rare = asked[asked["task"] == "rare"].groupby("answer")["question"].value_counts()
    assert set(rare) == {2, 3}


def test_phrasings_are_drawn_anew_and_evenly(questions, random):
    copies = dict.fromkeys(COUNTS, 1)
    first, second = (asked_anew(questions, copies, PHRASINGS, random) for _ in range(2))
    same = (first["question"].to_numpy() == second["question"].to_numpy()).mean()
    assert 0.2 < same < 0.6
    often = first[first["task"] == "often"]["question"].value_counts()
    assert often.min() > 18


def test_without_phrasings_the_questions_stay_as_they_are(questions, random):
    asked = asked_anew(questions, dict.fromkeys(COUNTS, 1), None, random)
    pd.testing.assert_frame_equal(asked, questions)


def test_noise_leaves_the_other_tokens_alone(random):
    tokens = np.arange(10_000) % 16
    found = noisy(tokens, 0.3, 16, random)
    assert (found != tokens).mean() == pytest.approx(0.3 * 15 / 16, abs=0.02)
    assert np.array_equal(noisy(tokens, 0.0, 16, random), tokens)
