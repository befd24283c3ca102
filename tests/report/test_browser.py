"""The report as a browser shows it: nothing fails, nothing overflows, tables sort, it prints."""

import pytest

from biomechgpt.report.report_page import build_report
from biomechgpt.report.results import read_results
from tests.helpers import fake_predictions, fake_run
from tests.helpers.browser import DESKTOP, PHONE, faults
from tests.helpers.colours import contrast


@pytest.fixture(scope="module")
def address(settings, tmp_path_factory):
    """A report with a question of each kind."""
    folder = tmp_path_factory.mktemp("seen")
    predictions = fake_predictions.make(n_participants=12, seeds=(0, 1))
    predictions = predictions[predictions["task"].isin(["activity", "tug"])]
    sources = fake_run.write_run(folder, predictions, draws=50)
    results = read_results(sources.metrics, sources.tables, settings)
    outputs = (folder / "report.html", folder / "report_tables")
    build_report(results, sources, settings, {}, True, *outputs)
    return (folder / "report.html").as_uri()


@pytest.fixture
def page(open_page, address):
    return open_page(address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_opens_without_a_fault_or_a_request_and_fits(open_page, address, size, scheme):
    page = open_page(address, size, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 27)"}[scheme]
    assert faults(page) == []
    assert [request.url for request in page.requests()] == [address]


def test_the_contents_are_open_on_a_desktop_and_folded_on_a_phone(open_page, address):
    for size, is_open in ((DESKTOP, True), (PHONE, False)):
        page = open_page(address, size)
        assert page.evaluate("document.querySelector('nav details').open") is is_open


def test_text_and_curves_can_be_told_from_the_page_in_both_schemes(open_page, address):
    """WCAG asks for a contrast of 4.5 for text and 3 for the lines of a drawing."""
    kinds = {"body": 4.5, ".quiet": 4.5, "figcaption": 4.5, "small": 4.5, "a": 4.5, ".tag": 4.5}
    for scheme in ("light", "dark"):
        page = open_page(address, scheme=scheme)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        for selector, least in kinds.items():
            own = f"getComputedStyle(document.querySelector('{selector}'))"
            behind = page.evaluate(f"{own}.backgroundColor") if selector == ".tag" else paper
            assert contrast(page.evaluate(f"{own}.color"), behind) >= least, selector
        line = "getComputedStyle(document.querySelector('.bar line')).stroke"
        assert contrast(page.evaluate(line), paper) >= 3


def test_every_drawing_has_words_and_every_table_a_name(page):
    nameless = """[...document.querySelectorAll('main svg')].filter(
        svg => !svg.closest('[role=img][aria-label], [aria-hidden=true]')).length"""
    assert page.evaluate(nameless) == 0
    tables = "[...document.querySelectorAll('table')].map(t => t.parentElement.ariaLabel)"
    assert all(page.evaluate(tables))


COLUMN = "[...document.querySelectorAll('#{name} tbody tr')].map(r => r.cells[{column}].innerText)"
HEAD = "document.querySelectorAll('#{name} thead button')[{column}]"


def test_tables_sort_by_click_and_by_keyboard(page):
    table = {"name": "time", "column": 2}  # seconds of all jobs
    seconds = [float(text) for text in page.evaluate(COLUMN.format(**table))]
    assert seconds != sorted(seconds)
    page.evaluate(f"{HEAD.format(**table)}.click()")
    shown = [float(text) for text in page.evaluate(COLUMN.format(**table))]
    assert shown == sorted(seconds)
    page.evaluate(f"{HEAD.format(**table)}.focus()")
    page.keyboard.press("Enter")
    shown = [float(text) for text in page.evaluate(COLUMN.format(**table))]
    assert shown == sorted(seconds, reverse=True)
    sorted_by = f"{HEAD.format(**table)}.closest('th').ariaSort"
    assert page.evaluate(sorted_by) == "descending"


def test_words_sort_as_words_true_minus_signs_as_signs_and_empty_cells_come_last(page):
    rows = """(() => { const body = document.querySelector('#time tbody');
        [...body.rows].forEach(row => row.remove());
        for (const cells of [['b', '\u2013'], ['c', '\u22123.5'], ['B', '10'], ['a', '9']])
            { const row = body.insertRow();
              for (const cell of cells) row.insertCell().textContent = cell; } })()"""
    page.evaluate(rows)
    page.evaluate(f"{HEAD.format(name='time', column=1)}.click()")
    shown = page.evaluate(COLUMN.format(name="time", column=1))
    assert shown == ["\u22123.5", "9", "10", "\u2013"]
    page.evaluate(f"{HEAD.format(name='time', column=0)}.click()")
    assert page.evaluate(COLUMN.format(name="time", column=0)) == ["a", "b", "B", "c"]


def test_prints_with_everything_on_paper(open_page, address):
    page = open_page(address, scheme="dark")
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="print")
    hidden = """[...document.querySelectorAll('.long, .scroll, pre')].filter(box =>
        box.scrollHeight > box.clientHeight + 1 &&
        getComputedStyle(box).overflowY != 'visible').length"""
    assert page.evaluate(hidden) == 0
