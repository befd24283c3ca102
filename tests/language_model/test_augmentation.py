"""What each epoch draws anew: phrasings, copies of rare questions, noise on the motion."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.language_model.augmentation import (
    copies_per_answer,
    copies_per_task,
    exchange_sides,
    mixed,
    paraphrase,
    repeated_questions,
    reworded,
    with_number_noise,
    with_random_codes,
)
from biomechgpt.language_model.motion_input import MotionInput

COUNTS = {"often": 90, "seldom": 24, "rare": 3}
PHRASINGS = {
    "often": ["how often is it", "say how often", "is it often"],
    "seldom": ["how seldom", "seldom or not"],
    "rare": ["is this a rare one", "rare"],
}


@pytest.fixture
def questions():
    tasks = [task for task, count in COUNTS.items() for _ in range(count)]
    rows = {
        "task": tasks,
        "answer": [str(i) for i in range(len(tasks))],
        "question": "old",
        "kind": "classification",
    }
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_rare_tasks_are_asked_more_often_up_to_the_limit(questions):
    assert copies_per_task(questions, 4) == {"often": 1, "seldom": 2, "rare": 4}
    assert set(copies_per_task(questions, 1).values()) == {1}


def test_every_copy_keeps_its_answer_and_is_asked_in_words_of_its_task(questions, random):
    copies = questions["task"].map({"often": 1, "seldom": 2, "rare": 2}).to_numpy()
    copied = reworded(repeated_questions(questions, copies, random), PHRASINGS, random)
    assert copied["task"].value_counts().to_dict() == {"often": 90, "seldom": 48, "rare": 6}
    for task, question in zip(copied["task"], copied["question"], strict=True):
        assert set(question.split()) <= {word for text in PHRASINGS[task] for word in text.split()}
    assert dict(zip(copied["answer"], copied["task"], strict=True)) == dict(
        zip(questions["answer"], questions["task"], strict=True)
    )


def test_words_are_drawn_anew(questions, random):
    first, second = (reworded(questions, PHRASINGS, random) for _ in range(2))
    same = (first["question"].to_numpy() == second["question"].to_numpy()).mean()
    assert same < 0.5


def test_whole_copies_repeat_without_drawing_anything(questions, random):
    before = random.bit_generator.state
    copied = repeated_questions(questions, np.ones(len(questions)), random)
    pd.testing.assert_frame_equal(copied, questions)
    assert random.bit_generator.state == before


def test_a_share_of_a_copy_is_drawn_that_often(random):
    rows = pd.DataFrame({"answer": range(4000)})
    counts = repeated_questions(rows, np.full(4000, 2.3), random)["answer"].value_counts()
    assert set(counts) == {2, 3}
    assert counts.mean() == pytest.approx(2.3, abs=0.03)


def test_rare_answers_of_a_classification_are_asked_more_often_up_to_the_limit():
    answers = ["walk"] * 90 + ["stand"] * 10 + ["stairs"]
    questions = pd.DataFrame({"task": "activity", "answer": answers, "kind": "classification"})
    numbers = pd.DataFrame({"task": "speed", "answer": ["1.0", "1.0", "2.0"], "kind": "regression"})
    copies = copies_per_answer(pd.concat([questions, numbers], ignore_index=True), 4)
    assert copies[:90] == pytest.approx(1)
    assert copies[90:100] == pytest.approx(3)
    assert copies[100] == 4  # the root of 90 is more
    assert copies[101:] == pytest.approx(1)  # numbers have no classes to balance
    assert copies_per_answer(questions, 1) == pytest.approx(1)


def test_other_words_lose_some_and_join_two_phrasings_without_becoming_empty(random):
    texts = [paraphrase(["a1 a2 a3 a4 a5 a6 a7 a8", "b1 b2 b3 b4"], random) for _ in range(2000)]
    assert all(texts)
    both = np.mean(["a" in text and "b" in text for text in texts])
    assert 0.1 < both < 0.2  # three in ten are joined, half of those with another phrasing
    whole = [text for text in texts if text.startswith("a1") and "b" not in text]
    missing = 1 - np.mean([len(text.split()) for text in whole if len(text.split()) <= 8]) / 8
    assert 0.1 < missing < 0.25
    assert paraphrase(["one"], random) == "one"


def test_noise_leaves_the_other_tokens_alone(random):
    tokens = np.arange(10_000) % 16
    noisy = with_random_codes(tokens, 0.3, 16, random)
    assert (noisy != tokens).mean() == pytest.approx(0.3 * 15 / 16, abs=0.02)
    assert np.array_equal(with_random_codes(tokens, 0.0, 16, random), tokens)


def test_noise_keeps_a_token_in_its_codebook(random):
    tokens = np.arange(10_000) % 64
    noisy = with_random_codes(tokens, 1.0, 16, random)
    assert np.array_equal(noisy // 16, tokens // 16)
    assert (noisy != tokens).mean() == pytest.approx(15 / 16, abs=0.02)


def test_left_and_right_change_places_and_nothing_else():
    text = "Left or right: copyright, left-handed, LEFT."
    assert exchange_sides(text) == "Right or left: copyright, right-handed, LEFT."


@pytest.fixture
def measured():
    """A thousand speeds and as many classes."""
    speeds = [f"{0.5 + i / 1000:.2f} m/s" for i in range(1000)]
    return pd.DataFrame(
        {
            "task": ["speed"] * 1000 + ["class"] * 1000,
            "kind": ["regression"] * 1000 + ["classification"] * 1000,
            "answer": speeds + ["stage 2"] * 1000,
        }
    )


def test_noise_moves_numbers_by_that_share_of_their_spread_and_nothing_else(measured, random):
    noisy = with_number_noise(measured, 0.1, random)
    assert (noisy["answer"][1000:] == "stage 2").all()
    assert noisy["answer"][:1000].str.fullmatch(r"\d\.\d\d m/s").all()
    before, after = (
        table["answer"][:1000].str.removesuffix(" m/s").astype(float) for table in (measured, noisy)
    )
    assert (after - before).std() == pytest.approx(0.1 * before.std(), rel=0.1)
    assert after.between(before.min(), before.max()).all()
    assert not measured.equals(noisy)


def test_without_noise_numbers_stay(measured, random):
    assert with_number_noise(measured, 0.0, random).equals(measured)


def test_learning_one_answer_of_a_mixed_pair_expects_the_loss_of_mixup(random):
    # A loss that tells movements and answers apart; mixup weighs both answers by Beta(c, c).
    def loss(place, answer):
        return np.exp(place) * (1 + answer)

    c, pair = 0.4, [MotionInput(features=np.full((1, 1), value, np.float32)) for value in (0, 1)]
    share = random.beta(c, c, 200_000)
    mixup = np.mean([s * loss(1 - s, 0) + (1 - s) * loss(1 - s, 1) for s in share])
    ours = np.mean([
        loss(mixed(pair[own], pair[1 - own], c, random).features.item(), own)
        for own in (0, 1) for _ in range(20_000)
    ])  # fmt: skip
    assert ours == pytest.approx(mixup, rel=0.01)


def test_a_mixed_movement_keeps_its_codes_and_lies_between_both(random):
    own = MotionInput([1, 2], features=np.array([[0, 4]], np.float32))
    other = MotionInput([3], features=np.array([[1, 2]], np.float32))
    for _ in range(20):
        motion = mixed(own, other, 0.4, random)
        (first, second) = motion.features[0]
        assert motion.codes == [1, 2]
        assert 0 <= first <= 1
        assert second == pytest.approx(4 - 2 * first)
