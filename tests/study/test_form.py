"""The rating form as a browser shows it: on a desktop and a phone, by keyboard, kept and saved."""

import pytest

from biomechgpt.study.rating_files import read_ratings
from tests.helpers.browser import DESKTOP, PHONE, faults

RATINGS = "Object.keys(state.ratings).length"


@pytest.fixture
def page(open_page, pilot):
    opened = open_page((pilot.forms / "R1.html").as_uri())
    opened.check("#person")
    opened.click("#begin")
    return opened


def rate_everything(page):
    """The second choice of each scale of each item, and a comment that holds a tab."""
    page.evaluate("""(() => {
        for (let place = 0; place < content.items.length; place += 1) {
          showItem(place);
          for (const field of document.querySelectorAll('#scales fieldset')) {
            field.querySelectorAll('input')[1].click();
          }
        }
        const area = document.querySelector('#scales textarea');
        area.value = 'a\\tcomment, with "quotes"'; area.dispatchEvent(new Event('input')); })()""")


def save(page, folder):
    with page.expect_download() as download:
        page.click("#save")
    folder.mkdir(exist_ok=True)
    download.value.save_as(folder / download.value.suggested_filename)
    return folder / download.value.suggested_filename


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_opens_without_a_fault_or_a_request_and_fits(open_page, pilot, size):
    address = (pilot.forms / "R1.html").as_uri()
    page = open_page(address, size)
    assert page.is_disabled("#begin")
    page.check("#person")
    page.click("#begin")
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert page.evaluate("document.querySelectorAll('.player canvas').length") >= 1
    assert faults(page) == []
    assert [request.url for request in page.requests()] == [address]
    heights = (
        "[...document.querySelectorAll('.steps label')].map(l => l.getBoundingClientRect().height)"
    )
    assert min(page.evaluate(heights)) >= 44  # what a finger needs


def test_digits_rate_and_go_on(page):
    page.focus("#scales input")
    for digit in "4251":
        page.keyboard.press(digit)
    assert list(page.evaluate("Object.values(state.ratings)")) == ["4", "2", "5", "1"]
    page.keyboard.press("b")  # the best explanation, where the focus is now
    assert page.evaluate(RATINGS) == 5
    assert "1 of 35 items are complete." in page.inner_text("#progress")
    assert page.evaluate("document.activeElement.id") == "next"


def test_what_was_entered_is_there_when_the_page_is_opened_again(page):
    page.click("#next")
    page.focus("#scales input")
    page.keyboard.press("3")
    before = page.evaluate("JSON.stringify(state.ratings)")
    page.reload()
    assert page.evaluate("JSON.stringify(state.ratings)") == before
    assert page.inner_text("#item h2") == "Item 2 of 35"
    assert page.is_checked("#scales input[value='3']")


def test_a_browser_that_keeps_nothing_says_so(page):
    page.evaluate("(() => { Storage.prototype.setItem = () => { throw new Error('full'); }; })()")
    assert not page.is_visible("#trouble")
    page.click("#next")
    assert "Save the ratings as a file before you close" in page.inner_text("#trouble")


def test_the_saved_file_is_read_back_whole(page, study, tmp_path):
    rate_everything(page)
    save(page, tmp_path / "ratings")
    ratings = read_ratings(tmp_path / "ratings", study)
    assert {p.rater for p in ratings.problems} == {"R2", "R3"}  # who sent nothing
    places = study.key.query("rater == 'R1' and part == 'explanations'")
    n_items = study.key[study.key["rater"] == "R1"]["item"].nunique()
    assert len(ratings.rows) == 2 * len(places) + n_items
    assert set(ratings.rows["value"]) == {"2", "B"}
    assert ratings.comments["value"].tolist() == ['a comment, with "quotes"']


def test_a_file_of_a_part_of_the_form_says_which_items_are_open(page, study, tmp_path):
    page.focus("#scales input")
    page.keyboard.press("4")
    ratings = read_ratings(save(page, tmp_path / "ratings").parent, study)
    details = [p.detail for p in ratings.problems if p.rater == "R1"]
    assert len(details) == 35
    assert sum(detail.startswith("4 of 5 ratings") for detail in details) == 1


def test_the_next_open_item_is_the_one_that_lacks_something(page):
    rate_everything(page)
    page.evaluate("""(() => { const item = content.items[4];
        delete state.ratings[nameOf(item, 'A', 'plausible')]; showItem(0); })()""")
    page.click("#open")
    assert page.inner_text("#item h2") == "Item 5 of 35"
    assert page.evaluate("document.querySelectorAll('fieldset.open').length") == 1
