"""What the embedded base reads: replies that follow from the motion itself or from nothing."""

import re

import numpy as np
import pytest

from biomechgpt.language_model.pretraining import (
    DURATION,
    RECALL,
    REPEAT,
    pretraining_examples,
)

TEXT = re.compile(r"(.*)<end_of_turn>\n<start_of_turn>model\n(.*)<end_of_turn>\n", re.DOTALL)


@pytest.fixture
def pretraining(base, tasks):
    def made(motions, epochs=1, phrased_tasks=tasks):
        views = [motion if isinstance(motion, tuple) else (motion,) for motion in motions]
        return pretraining_examples(base.tokenizer, views, 0.5, phrased_tasks, epochs, 128, 0)

    return made


def read(base, example):
    """The motion as codes, and pairs of question and reply."""
    names = base.tokenizer.convert_ids_to_tokens(example.motion_ids)
    codes = [int(name[8:-1]) for name in names if re.fullmatch(r"<motion_\d+>", name)]
    texts = [base.tokenizer.decode(question.input_ids) for question in example.questions]
    return codes, [tuple(part.strip() for part in TEXT.fullmatch(t).groups()) for t in texts]


def test_a_motion_is_followed_by_what_it_holds_and_how_long_it_is(base, pretraining, motions):
    examples = pretraining(motions, epochs=4)
    assert len(examples) == 4 * 4 * len(motions)
    for number, example in enumerate(examples[::4]):
        codes, ((recall, repeated), (duration, seconds)) = read(base, example)
        whole = list(motions[number % len(motions)])
        assert (recall, duration) == (RECALL, DURATION)
        assert {int(code) for code in re.findall(r"<motion_(\d+)>", repeated)} <= set(codes)
        assert float(seconds) == len(codes) * 0.5
        assert any(whole[i : i + len(codes)] == codes for i in range(len(whole)))
        assert len(codes) >= 3 * len(whole) // 8 - 1


def test_passes_take_the_views_of_a_motion_in_turn(base, pretraining):
    views = [(np.full(8, i), np.full(8, i + 10)) for i in range(5)]
    seen = [read(base, example)[0][0] for example in pretraining(views, epochs=4)[::4]]
    assert seen == [0, 11, 2, 13, 4, 10, 1, 12, 3, 14] * 2


def test_replies_to_tasks_do_not_depend_on_the_motion(base, pretraining, motions, tasks):
    """No label can enter: replies are drawn evenly from the options whatever the motion is."""
    examples = pretraining([motions[0][:6], motions[1][:6]] * 300, phrased_tasks=tasks[:1])
    glimpses = [example for i, example in enumerate(examples) if i % 4 in (1, 2)]
    yes = np.array([read(base, example)[1][0][1] == "yes" for example in glimpses])
    first_motion = np.arange(len(glimpses)) // 2 % 2 == 0
    assert 0.4 < yes[first_motion].mean() < 0.6
    assert 0.4 < yes[~first_motion].mean() < 0.6


def test_replies_of_every_task_are_said_again(base, pretraining, motions, tasks):
    pairs = [read(base, example)[1][0] for example in pretraining(motions, epochs=4)[3::4]]
    for question, reply in pairs:
        assert question == f"{REPEAT}\n{reply}"
    replies = {reply for _, reply in pairs}
    options = {option for task in tasks for option in task.settings.options}
    assert options < replies
    assert all(float(number) >= 0 for number in replies - options)


def test_questions_say_no_more_than_the_training_phrasings(base, pretraining, motions, tasks):
    words = {word for task in tasks for phrasing in task.train for word in phrasing.text.split()}
    glimpses = [example for i, example in enumerate(pretraining(motions)) if i % 4 in (1, 2)]
    questions = [read(base, example)[1][0][0] for example in glimpses]
    assert {word for question in questions for word in question.split()} <= words
    whole = {phrasing.text for task in tasks for phrasing in task.train}
    assert len(set(questions) - whole) > 5


def test_passes_may_be_a_fraction(pretraining, motions):
    whole, half = pretraining(motions, 2), pretraining(motions, 0.5)
    assert len(half) == len(whole) // 4
    assert half[0] == whole[0]
