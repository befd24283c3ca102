"""What cannot be meant in `generation_tasks` and `generators` is said with its key before anything runs."""

import pytest

from biomechgpt.config.reading import check_config
from biomechgpt.errors import InputError
from tests.config.test_reading import merged, read
from tests.helpers.paths import ROOT

WALK = "generation_tasks.walk"


@pytest.fixture
def overlaid(config):
    config["variants"] = {}
    return merged(config, read(ROOT / "presets/synthesis.yaml")) | {
        "variants": {"words": read(ROOT / "presets/synthesis.yaml")["variants"]["words"]}
    }


def change(config, path, value):
    *keys, last = path.split("/")
    for key in keys:
        config = config[key]
    config[last] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("seconds/least", 9, f"{WALK}.seconds.least is 9; it must not be above most"),
        (
            "condition_on/cadence_steps_min/phrasings/train",
            ["quickly"],
            "phrasings.train[0] is 'quickly'; it must hold {value} once",
        ),
        ("phrasings/train", ["{description} in {unit}"], "must hold {description} once"),
        ("questions/train", ["Describe {it}."], "must hold nothing in braces"),
        ("questions/train", ["Describe {it."], "must hold nothing in braces"),
        ("condition_on/affected_side", {"source": "recorded"}, "affected_side needs options"),
        (
            "condition_on/trial_id",
            {"options": {"a": {"train": ["b"], "held_out": ["c"]}}},
            "condition_on.trial_id is no label column",
        ),
        (
            "condition_on/affected_side/options/l/held_out",
            ["Right side affected"],
            "options.r says 'right side affected', as condition_on.affected_side.options.l does",
        ),
    ],
)
def test_words_that_cannot_be_told_apart_or_filled_in(overlaid, path, value, words):
    change(overlaid["generation_tasks"]["walk"], path, value)
    with pytest.raises(InputError) as caught:
        check_config(overlaid)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (
            "variants/words/generation_task",
            "wlak",
            "generation_tasks does not have; did you mean walk",
        ),
        ("variants/words/motion", "continuous", "only discrete can be"),
        ("generators/words/variant", "tiny", "no variant with a generation_task; those are: words"),
        ("generators/words/kind", "diffusion", "generators.words"),
        ("generators/words/top_p", 1.5, "top_p is 1.5; it must be at most 1"),
    ],
)
def test_names_that_lead_nowhere(overlaid, path, value, words):
    change(overlaid, path, value)
    with pytest.raises(InputError) as caught:
        check_config(overlaid)
    assert words in str(caught.value)


def test_the_preset_reads_the_sentence_of_the_page(overlaid):
    from biomechgpt.questions.description_parsing import parse_description
    from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings

    task = GenerationTaskSettings.model_validate(overlaid["generation_tasks"]["walk"])
    page = (ROOT / "docs/synthesis.md").read_text()
    sentence = page.partition('TEXT="')[2].partition('"')[0]
    assert parse_description(sentence, task) == {
        "diagnosis": "stroke", "walking_speed_m_s": "0.6", "affected_side": "l", "seconds": "4.0",
    }  # fmt: skip
