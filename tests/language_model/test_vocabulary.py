"""The language tokenizer: Gemma's layout, reserved rows as motion tokens, any text survives."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import TemplateError
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model import vocabulary
from biomechgpt.language_model.embedded import language_tokenizer
from biomechgpt.questions.tasks import options_of, read_tasks
from biomechgpt.settings.tasks_section import task_settings

TEXTS = ["Is it a cane, a walker or none?", "How fast does the person walk in m/s?"] * 3


@pytest.fixture(scope="module")
def stock():
    return vocabulary.train_tokenizer(TEXTS, 420, 16)


@pytest.fixture(scope="module")
def named(stock):
    return vocabulary.name_motion_rows(stock, 16)


def ids(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False)


def test_chat_layout_is_gemmas(named):
    turns = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " Who? "},
        {"role": "assistant", "content": "You."},
        {"role": "user", "content": "Why?"},
    ]
    text = named.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert text == (
        "<bos><start_of_turn>user\nBe brief.\n\nWho?<end_of_turn>\n"
        "<start_of_turn>model\nYou.<end_of_turn>\n"
        "<start_of_turn>user\nWhy?<end_of_turn>\n<start_of_turn>model\n"
    )


def test_turns_must_alternate(named):
    twice = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    with pytest.raises(TemplateError, match="alternate"):
        named.apply_chat_template(twice, tokenize=False)


def test_renaming_keeps_every_id(stock, named):
    before, after = stock.get_vocab(), named.get_vocab()
    assert len(before) == len(after)
    assert {before[t] for t in before if t.startswith("<unused")} >= set(
        vocabulary.motion_ids(named, 16)
    )
    kept = {t: i for t, i in before.items() if not t.startswith("<unused")}
    assert kept.items() <= after.items()


def test_motion_tokens_survive_decoding(named):
    text = vocabulary.motion_text([3, 15, 3])
    assert text == "<motion_start><motion_3><motion_15><motion_3><motion_end>"
    assert len(ids(named, text)) == 5
    assert named.decode(ids(named, text + " cane<end_of_turn>"), skip_special_tokens=True) == (
        text + " cane"
    )


def test_saved_and_loaded_it_is_the_same(named, tmp_path):
    named.save_pretrained(tmp_path)
    again = PreTrainedTokenizerFast.from_pretrained(tmp_path)
    assert again.get_vocab() == named.get_vocab()
    assert again.chat_template == named.chat_template
    text = "a 12 <motion_3>\n"
    assert ids(again, text) == ids(named, text)
    assert again.decode(ids(again, text), skip_special_tokens=True) == text


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="▁")))
def test_any_text_encodes_and_decodes(named, text):
    assert named.decode(ids(named, text)) == text or "<" in text


def test_digits_stand_alone(named):
    pieces = named.convert_ids_to_tokens(ids(named, "12.305"))
    assert pieces == ["1", "2", ".", "3", "0", "5"]


def test_byte_names_in_text_are_text(named):
    assert named.decode(ids(named, "<0x41>")) == "<0x41>"


def test_every_word_of_an_option_is_one_piece(root):
    config = yaml.safe_load((root / "config.yaml").read_text())
    files = {name: root / "resources" / "phrasings" / f"{name}.yaml" for name in config["tasks"]}
    tasks = read_tasks(task_settings(config["tasks"]), files)
    size = config["base_models"]["tiny"]["vocabulary"]
    tokenizer = language_tokenizer(tasks, size, 128)
    for option in (option for task in tasks for option in options_of(task.settings)):
        pieces = tokenizer.tokenize(option)
        assert len(pieces) == len(option.split()), pieces


def test_words_of_the_phrasings_are_pieces(named):
    assert len(ids(named, "walker")) <= 2


def test_too_many_codes_are_refused(stock):
    with pytest.raises(InputError, match="reserved pieces"):
        vocabulary.name_motion_rows(stock, 4096)


def test_motion_of_another_codebook_is_refused(named):
    with pytest.raises(InputError, match="another number of codes"):
        vocabulary.motion_ids(named, 17)
