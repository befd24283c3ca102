"""What a question wants: 200 questions as people type them, and what must hold for any other."""

import pytest

from biomechgpt.chat.question_words import stem
from biomechgpt.chat.route import COMPARE, LANGUAGE, OUTSIDE, SMALL_TALK
from biomechgpt.chat.router import AskableTask, Router
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import read_normal_gait
from tests.helpers.paths import read_yaml
from tests.helpers.small_run import walk
from tests.helpers.typed_questions import ANSWERED, RIGHT, after, counts, shipped_router


@pytest.fixture(scope="module")
def router():
    return shipped_router()


@pytest.fixture(scope="module")
def typed():
    return read_yaml("tests/chat/typed_questions.yaml")


@pytest.mark.parametrize(("half", "least_right"), [("tune", 0.95), ("held_back", 0.85)])
def test_questions_as_people_type_them_are_read_rightly_and_others_refused(
    router, typed, half, least_right
):
    inside, outside = counts(router, typed[half])
    assert inside[RIGHT] >= least_right * inside.total(), inside
    assert outside[ANSWERED] <= 0.02 * outside.total(), outside


def test_no_question_stands_in_both_halves_or_among_the_examples(typed):
    texts = {
        half: [*(entry["ask"] for entry in parts["inside"]), *parts["outside"]]
        for half, parts in typed.items()
    }
    plain = {half: {text.casefold().strip("?!. ") for text in some} for half, some in texts.items()}
    assert [len(some) for some in texts.values()] == [100, 100]
    assert plain["tune"].isdisjoint(plain["held_back"])


def test_every_quantity_of_the_lists_is_one_of_the_record(root):
    normal = read_normal_gait(
        root / "resources/normal_gait.yaml", root / "resources/normal_ranges.yaml"
    )
    words = read_yaml("resources/chat_words.yaml")
    keys = {quantity.key for quantity in measured_record(walk(5), 30.0, normal)}
    named = {*words["quantities"], *words["steady"]}
    named |= {key for some in words["evidence"].values() for key in some}
    assert named == keys


@pytest.mark.parametrize("question", ["cadance?", "CADENCE", "the cadence, please!", "  cadence  "])
def test_typing_errors_capitals_and_politeness_do_not_matter(router, question):
    assert router.route(question).task == "cadence"


def test_one_word_that_nothing_explains_turns_a_question_away(router):
    assert router.route("what is the cadence").task == "cadence"
    route = router.route("what is the cadence of Beethoven")
    assert route.intent == OUTSIDE
    assert "beethoven" in route.reply


def test_a_word_of_the_models_own_options_is_never_a_reason_to_refuse(router):
    examples = {"everyday": {"choose": {}}, "outside": {"choose": ["What is the weather?"]}}
    words = read_yaml("resources/chat_words.yaml")
    texts = ["Which disease does the person have?", "Name the disease."]
    tasks = {"disease": AskableTask("disease", ["Parkinson", "stroke"], texts)}
    own = Router(words, examples, tasks)
    assert own.route("is it Parkinson or a stroke?").task == "disease"
    assert router.route("is it Parkinson or a stroke?").intent == OUTSIDE


def test_a_phrasing_of_training_means_its_task_whatever_the_lists_say():
    words, examples = (read_yaml(f"resources/chat_{name}.yaml") for name in ("words", "questions"))
    tasks = {"stride": AskableTask("stride_m", [], ["What is the step length?"])}
    router = Router(words, examples, tasks)
    assert router.route("what is the step length").task == "stride"
    assert router.route("step length").quantities == ("step_length",)


def test_short_questions_refer_back(router):
    first = "right knee flexion in swing"
    assert after(router, [first, "and the left?"]).side == "left"
    assert after(router, [first, "is that normal?"])[:1] == ("normal",)
    assert after(router, [first, "and the hip?"]).side == "right"
    why = after(router, ["is it a stroke?", "why?"])
    assert (why.intent, why.task) == ("why", "diagnosis")
    assert after(router, ["cadence", "and the other trial?"]).trial == "other_trial"
    assert after(router, ["is the step length normal?", "and the cadence?"]).intent == "normal"
    assert router.route("and the left?").intent == OUTSIDE


def test_two_quantities_in_a_question_are_both_answered(router):
    assert set(router.route("step length and double support").quantities) == {
        "step_length",
        "double_support_share",
    }


def test_a_side_named_twice_is_no_side(router):
    route = router.route("step length left and right")
    assert (route.quantities, route.side) == (("step_length",), "")


@pytest.mark.parametrize(
    ("question", "words"),
    [("Wie schnell geht er?", "Englisch"), ("Pourquoi ?", "anglais"), ("歩行速度は？", "English")],
)
def test_another_language_is_told_which_language_works(router, question, words):
    route = router.route(question)
    assert route.intent == LANGUAGE
    assert words in route.reply


def test_small_talk_is_whole_questions_only(router):
    assert router.route("thanks!").intent == SMALL_TALK
    assert router.route("ok, and the cadence?").task == "cadence"


def test_a_comparison_needs_no_word_but_its_trial(router):
    assert router.route("which trial is faster?").intent == COMPARE


@pytest.mark.parametrize("text", ["", "?", "!!!", "\x00", "a" * 500, "𝕬𝖇𝖈", "1 2 3", "the the the"])
def test_any_text_has_a_route(router, text):
    assert router.route(text).intent in (OUTSIDE, LANGUAGE)


def test_forms_of_a_word_have_the_same_stem():
    for forms in (["step", "steps", "stepping"], ["knee", "knees"], ["compare", "comparing"],
                  ["cane", "canes"]):  # fmt: skip
        assert len(set(map(stem, forms))) == 1, forms
    assert stem("cane") != stem("can")
