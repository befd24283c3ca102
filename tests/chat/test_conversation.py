"""How the page shows what was said: everything escaped, labels only on demand, numbers in place."""

import re

import pytest

from biomechgpt.chat.answers import STANDING, Answer, NormalRange, Number
from biomechgpt.chat.conversation import Reply, Turn, as_html, scale_of
from biomechgpt.chat.route import Route
from biomechgpt.chat.sensitivity import Sensitivity
from biomechgpt.questions.calibration import OptionEstimate
from biomechgpt.tokenizer.strangeness import Strangeness

EVIL = "<img src=x onerror=alert(1)>"
SETS = {0.8: ["yes"], 0.9: None}


def answer(**changes) -> Answer:
    estimate = OptionEstimate([("yes", 0.75), ("no", 0.25)], SETS)
    start = Answer("t0", "?", "impaired", 0.9, "Impaired?", "yes", estimate, True, "", ["careful"])
    return start._replace(**changes)


def speed(**changes) -> Number:
    normal = NormalRange(0.94, 1.43, "usual", "somebody 2011")
    return Number(1.0, 0.8, 1.2, {0.8: (0.7, 1.3), 0.9: None}, "m/s", 2, normal)._replace(**changes)


def shown(said: Answer | None, **of_reply) -> str:
    reply = Reply("t0", "test", {"impaired": "the label"}, ["Ask this"], answer=said, **of_reply)
    return as_html([Turn("Is it?", [reply])])


def test_no_text_is_ever_markup():
    options = OptionEstimate([(EVIL, 1.0)], {0.8: [EVIL], 0.9: None})
    said = answer(text=EVIL, estimate=options, warnings=[EVIL], only_if=EVIL, asked_as=EVIL)
    reply = Reply(EVIL, "train", {"impaired": EVIL}, [EVIL], EVIL, said)
    page = as_html([Turn(EVIL, [reply], shown_labels=True)])
    page += as_html([Turn(EVIL, [Reply(EVIL, "", askable=[EVIL], text=EVIL)])])
    page += as_html([Turn(EVIL, [Reply(EVIL, "", askable=[EVIL], answer=answer(task=None))])])
    page += as_html([Turn(EVIL, [Reply(EVIL, "", problem=EVIL)])])
    number = speed(unit=EVIL, normal=NormalRange(0, 1, EVIL, EVIL))
    page += as_html([Turn(EVIL, [Reply(EVIL, "", answer=answer(estimate=number))])])
    assert "<img" not in page
    assert page.count("&lt;img") > 15


def test_the_recorded_label_waits_until_it_is_wanted():
    reply = Reply("t0", "test", {"impaired": "the label"}, answer=answer())
    assert "the label" not in as_html([Turn("Is it?", [reply])])
    assert "the label" in as_html([Turn("Is it?", [reply], shown_labels=True)])


def test_options_have_bars_and_sets_say_how_often_they_hold():
    page = shown(answer())
    assert re.findall(r"width: ([\d.]+)%", page) == ["75.0", "25.0"]
    assert "75 %" in page
    assert "too few people" in page
    assert "careful" in page


def test_training_side_uncalibrated_and_conditions_are_said():
    page = as_html(
        [Turn("Is it?", [Reply("t0", "train", answer=answer(calibrated=False, only_if="x is y"))])]
    )
    assert "training set" in page
    assert "Not calibrated" in page
    assert "x is y" in page


def test_a_question_outside_says_what_can_be_asked():
    said = ["The model was not trained on such questions."]
    page = shown(answer(task=None, estimate=None, text="", route=Route("outside"), sentences=said))
    assert "was not trained on such questions" in page
    assert "Ask this" in page
    assert "careful" in page


def test_two_movements_stand_side_by_side():
    replies = [Reply("t0", "test", answer=answer()), Reply("t1", "test", text="so f")]
    page = as_html([Turn("Is it?", replies)])
    assert 'class="replies two"' in page
    assert 'aria-busy="true"' in page
    assert "so f" in page


def test_a_number_lies_between_its_ends_on_the_axis():
    scale = scale_of(speed())
    assert scale.start < 0.8
    assert scale.stop > 1.43
    assert scale.span[0] < scale.dot < scale.span[0] + scale.span[1]
    assert scale.usual[0] + scale.usual[1] <= 100
    page = shown(answer(estimate=speed()))
    assert "1.00 m/s" in page
    assert "somebody 2011" in page
    assert "0.70 to 1.30 m/s" in page


@pytest.mark.parametrize("normal", [None, NormalRange(None, 11.0, "t", "s")])
def test_an_axis_needs_no_usual_range_and_no_spread(normal):
    scale = scale_of(speed(value=5.0, low=5.0, high=5.0, normal=normal))
    assert scale.start < 5 < scale.stop
    assert (scale.usual is None) == (normal is None)
    shown(answer(estimate=speed(normal=normal)))


def test_a_closed_question_shows_why_and_no_answer():
    said = answer(applies="no", because="she is well (97 %)", estimate=None, text="")
    page = shown(said)
    assert "This question does not apply: she is well (97 %). The model was not asked." in page
    assert "The model wrote" not in page
    assert "careful" in page


def test_an_own_file_says_how_strange_it_is_and_why_nothing_is_promised():
    said = answer(strangeness=Strangeness(3.21, 2, 19), no_promise="it is strange")
    page = shown(said)
    assert "Strangeness 3.2: UNLIKE the movements of the 19 people" in page
    assert "2 joints are not recorded" in page
    assert "No 90 % set: it is strange." in page
    assert "too few people" not in page


def test_what_kinematics_measure_is_named_and_the_difference_shown():
    page = shown(answer(estimate=speed(measured=0.8)))
    assert "<b>0.80 m/s</b> measured by kinematics; the model&#39;s number is +25 % off." in page
    assert "kinematics" not in shown(answer(estimate=speed()))


def test_what_holds_for_every_answer_is_not_repeated_under_each():
    page = shown(answer(warnings=["about this trial", *STANDING]))
    assert "about this trial" in page
    assert "medical device" not in page


def test_the_strip_shows_how_much_each_stretch_matters():
    changes = Sensitivity([0.0, 1.0, 3.0], [-4.0, 2.0], 75.0, "percentage points", 1, EVIL)
    page = shown(answer(route=Route("why", "impaired"), sensitivity=changes))
    assert "width: 33.33%" in page
    assert re.findall(r"height: ([\d.]+)%", page) == ["100.0", "50.0"]
    assert "0.0 to 1.0 s: -4.0 percentage points" in page
    assert "<img" not in page
    assert "<ol" not in page  # the shares stand under the answer that is asked about
