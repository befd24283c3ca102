"""The picture of README shows a test trial, what was answered about it, and nothing made up."""

from xml.etree import ElementTree

import numpy as np

from biomechgpt.report.quoted.picture import picture

SVG = "{http://www.w3.org/2000/svg}"


def test_the_trial_with_the_most_questions_is_shown_whether_right_or_wrong(record):
    assert record.example["trial_id"] == "b"
    assert record.example["answers"] == [
        {"question": "Now?", "answer": "walking (61%)", "truth": "standing"},
        {"question": "Time?", "answer": "rise and walk 7.46 s", "truth": "8 s"},
    ]


def test_the_movement_ends_as_it_begins(record):
    paths_cm = {side: np.array(bones) for side, bones in record.example["paths_cm"].items()}
    n_frames, n_bones, *ends = paths_cm["right"].shape
    assert n_frames == 25  # frame 50 of 30 a second is the first one again
    assert ends == [2, 2]
    assert paths_cm["left"].shape == (n_frames, n_bones, 2, 2)
    knee = paths_cm["right"][:, :, 1, 0]
    assert np.ptp(knee) > 20
    assert np.ptp(paths_cm["left"][:, :, 1, 0], axis=0).max() == 0


def test_the_picture_moves_and_holds_questions_answers_and_truths(record):
    tree = ElementTree.fromstring(picture(record.example, simulated=True))
    words = [element.text for element in tree.iter(f"{SVG}text")]
    for row in record.example["answers"]:
        assert {row["question"], row["answer"], f"truth: {row['truth']}"} <= set(words)
    assert any("simulated trial b" in text for text in words)
    shapes = [a.get("values").split(";") for a in tree.iter(f"{SVG}animate")]
    n_frames = len(record.example["paths_cm"]["right"])
    assert [len(values) for values in shapes] == [n_frames + 1] * 3
    assert all(values[0] == values[-1] for values in shapes)


def test_a_recorded_trial_is_not_called_simulated(record):
    assert "simulated" not in picture(record.example, simulated=False)


def test_words_of_a_label_are_no_markup(record):
    row = {"question": "<b>?", "answer": "a & b", "truth": "<"}
    svg = picture(record.example | {"answers": [row]}, simulated=False)
    words = {element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert {"<b>?", "a & b", "truth: <"} <= words
