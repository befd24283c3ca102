"""The page of moving skeletons: which trials, through whose tokenizer, and what is said of them."""

import json
import re

import pytest

from biomechgpt.errors import InputError
from biomechgpt.report.movement_page.movement_page import write_movement_page
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers import fake_movement


@pytest.fixture
def written(movement, tmp_path):
    """A function: the page of some trials, and the motions on it."""

    def write(named=(), simulated=()):
        page = tmp_path / "page.html"
        write_movement_page(movement, named, set(simulated), page)
        text = page.read_text(encoding="utf-8")
        motions = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
        return text, [json.loads(motion) for motion in motions]

    return write


def headings(text: str) -> list[str]:
    return re.findall(r"<h2>(\w+)", text)


def test_unnamed_are_the_worst_the_middle_and_the_best_of_the_first_folds_test_trials(written):
    text, motions = written()
    assert len(motions) == len(set(headings(text))) == 3
    assert set(headings(text)) <= {"b", "c", "d", "e"}
    errors = [float(value) for value in re.findall(r"move: ([\d.]+)°", text)]
    assert errors == sorted(errors, reverse=True)
    places = [text.index(f"the {why} of 4 trials") for why in ("worst", "middle", "best")]
    assert places == sorted(places)


def test_named_trials_stand_in_the_order_of_their_names(written):
    text, motions = written(["e", "a"])
    assert headings(text) == ["e", "a"]
    assert [motion["n_frames"] for motion in motions] == [60, 60]
    assert "the last 3 fill no token" in text


def test_a_trial_goes_through_the_tokenizer_of_the_fold_that_tested_it(movement, written):
    for name, fold in (("a", "fold-1"), ("b", "fold-0"), ("f", "fold-0")):
        table = read_tokens([movement.tokens[fold]])
        _, motions = written([name])
        assert motions[0]["tokens"] == table.tokens[table.trial_ids.index(name)].tolist()


def test_training_side_is_marked(written):
    assert "may have learnt from this movement" in written(["f"])[0]
    assert "may have learnt from this movement" not in written(["a"])[0]


def test_simulated_trials_are_called_simulated_and_no_others(written):
    text, motions = written(["a", "b"], simulated=["computed"])
    assert "<b>Simulated data.</b>" in text
    assert re.search(r"<h2>a <b class=\"tag\">Simulated data</b></h2>", text)
    assert "<h2>b</h2>" in text
    names = [[take["name"] for take in motion["takes"]] for motion in motions]
    assert names == [[f"as {how}", "as the tokens keep it"] for how in ("simulated", "recorded")]
    assert "imulated data" not in written(["b"], simulated=["computed"])[0]


def test_missing_joints_are_said_in_words_and_left_out_of_the_numbers(written):
    text, _ = written(["b"])
    assert "Not recorded, so drawn at rest and left out of the error: neck extension." in text
    assert '<th scope="row">neck extension</th>' not in text
    assert '<th scope="row">right knee flexion</th>' in text


def test_unknown_trial_is_refused_by_name(written):
    with pytest.raises(InputError, match=r"reconstruct\.trials names z,"):
        written(["z"])


def test_one_file_without_a_link(written):
    text, _ = written(["a"])
    assert not re.search(r"""(src|href)=["']""", text)
    assert "innerHTML" not in text
    assert "eval(" not in text


def test_all_frames_but_those_behind_the_last_token_are_there(written):
    motion = written(["a"])[1][0]
    assert motion["n_frames"] == fake_movement.N_FRAMES // 4 * 4
    assert len(motion["tokens"]) == motion["n_frames"] / motion["frames_per_token"]
