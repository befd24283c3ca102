"""From a sentence to a page and an OpenSim file, or to a sentence on why not."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError
from biomechgpt.language_model.sampling import Sampling
from biomechgpt.synthesis import synthesize as making
from biomechgpt.synthesis.synthesize import first_maker, open_maker, synthesize
from biomechgpt.synthesis.synthesize_command import synthesize_into

TEXT = "an impaired person, left side affected, walks at 0.6 m/s for 1.6 s"
SAMPLING = {"temperature": 1.0, "top_p": 1.0, "guidance": 2.0}


@pytest.fixture
def nothing_rejected(monkeypatch):
    """The tokenizer of these tests was never trained: what it decodes to is no walk."""
    monkeypatch.setattr(making, "why_rejected", lambda *_: None)


def test_a_sentence_becomes_a_page_and_a_file_that_say_what_they_are(
    maker_folder, tmp_path, nothing_rejected
):
    printed = synthesize_into(tmp_path / "new", TEXT, maker_folder, SAMPLING, 0)
    assert printed.startswith("SYNTHETIC")
    assert "asked 0.60" in printed
    assert "learnt from simulated people" in printed
    assert "The model itself describes it so: " in printed
    page = (tmp_path / "new/synthetic.html").read_text()
    assert "Nobody moved like this" in page
    assert TEXT in page
    lines = (tmp_path / "new/synthetic.mot").read_text().splitlines()
    head, table = lines[: lines.index("endheader")], lines[lines.index("endheader") + 1 :]
    assert any(line.startswith("SYNTHETIC") for line in head)
    names = table[0].split("\t")
    assert names == [
        "time", "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz",
        *JOINT_NAMES,
    ]  # fmt: skip
    values = np.array([row.split("\t") for row in table[1:]], float)
    assert len(values) == 48  # 12 steps of 4 frames at 30 Hz are 1.6 s
    assert values[:, names.index("pelvis_ty")].min() > 0.5


def test_the_same_seed_makes_the_same_movement_and_another_another(maker, nothing_rejected):
    first, again, other = (synthesize(maker, TEXT, Sampling(), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.decoded.angles_rad, again.decoded.angles_rad)
    assert not np.array_equal(first.sampled.tokens, other.sampled.tokens)


def test_without_seconds_the_model_ends_it_within_what_it_learnt(maker, nothing_rejected):
    made = synthesize(maker, "a healthy person", Sampling(), 0)
    assert 4 <= len(made.sampled.tokens) <= 15


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a limping person", "limping"),
        ("walks at 3 m/s", "speed 3.00 is outside of what the model learnt, 0.5 to 0.88"),
        ("a healthy person for 9 s", "seconds 9.0 is outside"),
        ("a healthy person, left side affected", "nobody with impaired no, side l together"),
    ],
)
def test_what_the_model_cannot_know_is_refused(maker, text, words):
    with pytest.raises(InputError, match=words):
        synthesize(maker, text, Sampling(), 0)


def test_rejected_movements_are_drawn_again_and_counted(maker, monkeypatch):
    reasons = iter([("out_of_range", "legs"), ("too_fast", "legs"), None])
    monkeypatch.setattr(making, "why_rejected", lambda *_: next(reasons))
    assert synthesize(maker, TEXT, Sampling(), 0).rejected == [
        "out_of_range: legs",
        "too_fast: legs",
    ]
    monkeypatch.setattr(making, "why_rejected", lambda *_: ("no_gait", "legs"))
    with pytest.raises(InputError, match="8 movements in a row were rejected \\(no_gait"):
        synthesize(maker, TEXT, Sampling(), 0)


def test_models_are_looked_up_and_those_without_the_task_refused(maker_folder, tmp_path):
    assert first_maker(maker_folder.parents[2]) == maker_folder
    with pytest.raises(InputError, match="No model in"):
        first_maker(tmp_path)
    plain = tmp_path / "plain"
    plain.mkdir()
    description = (maker_folder / "model.json").read_text()
    (plain / "model.json").write_text(description.replace('"generation":', '"other":'))
    with pytest.raises(InputError, match="no generation task"):
        open_maker(plain)
