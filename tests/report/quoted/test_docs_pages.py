"""README and docs hold the figures of the recorded run and no others."""

import re

import pytest

from biomechgpt.errors import InputError
from biomechgpt.report.quoted.docs_pages import filled_pages, pages, quote_run, seconds_of_tests
from biomechgpt.report.quoted.marked_blocks import fill, typed

# What a result looks like: a decimal fraction, a share, so many of so many, a time or a size.
RESULT = re.compile(r"\d*\.\d|\d\s?%|\d+ of \d+|\d+ (?:s|seconds?|minutes?|hours?|[MG]i?B)\b|± ?\d")
NO_RESULTS = ("Python 3.11", "compute capability 8.0")
CODE_AND_LINKS = re.compile(r"^```.*?^```$|`[^`]*`|\]\([^)]*\)", re.MULTILINE | re.DOTALL)


def results_in(text: str) -> list[str]:
    for name in NO_RESULTS:
        text = text.replace(name, "")
    text = CODE_AND_LINKS.sub(" ", typed(text))
    return [line for line in text.splitlines() if RESULT.search(line)]


def test_readme_and_docs_are_what_the_recorded_run_gives(root):
    for path, text in filled_pages(root).items():
        written = path.read_text(encoding="utf-8")
        assert written == text, f"{path.name} is not as recorded: make figures-in-docs"


def test_readme_quotes_the_recorded_run(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    assert {"time", "in-short"} == set(re.findall(r"<!-- figures: (\S+) -->", text))


def test_nobody_types_a_result_into_readme(root):
    assert results_in((root / "README.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["macro F1 .75", "off by 0.17 m/s", "83 % right", "46 of 438 texts", "some 14 minutes", "± 2"],
)
def test_a_typed_result_is_noticed(line):
    assert results_in(f"Words.\n{line}\n") == [line]


@pytest.mark.parametrize(
    "line", ["Python 3.11 and make", "`any 0.5`", "[a](docs/v1.2.md)", "4-bit Gemma 3 on 2 cores"]
)
def test_settings_and_names_are_no_results(line):
    assert results_in(line) == []


def _empty_docs(root):
    (root / "docs/runs").mkdir(parents=True)
    (root / "docs/runs/processors.csv").write_text("task,metric,80386\nsort,macro_f1,0.5\n")


def test_one_call_records_a_run_and_writes_the_pages(results, tmp_path):
    _empty_docs(tmp_path)
    page = "Typed.\n<!-- figures: texts -->\n{}\n<!-- end -->\nTyped too.\n"
    (tmp_path / "README.md").write_text(page.format("old 0.99"))
    quote_run(results, "default", tmp_path)
    words = "Of 1,216 generated texts 3 could not be read as an answer: pastime (3 of 1192)."
    assert (tmp_path / "README.md").read_text() == page.format(words)
    assert {path.name for path in (tmp_path / "docs/runs/default").iterdir()} == {
        *("run.json", "example.json"),
        *("figures.csv", "unreadable.csv", "fold_sizes.csv", "labels.csv"),
    }
    assert pages(tmp_path) == [tmp_path / "README.md"]


def test_a_page_with_an_unknown_block_leaves_all_pages_as_they_are(results, tmp_path):
    _empty_docs(tmp_path)
    known = "<!-- figures: time -->\n<!-- end -->\n"
    (tmp_path / "README.md").write_text(known)
    (tmp_path / "docs/chat.md").write_text("<!-- figures: tmie -->\n<!-- end -->\n")
    with pytest.raises(InputError, match=r"chat\.md has a block 'tmie'\. There are time, cohort"):
        quote_run(results, "default", tmp_path)
    assert (tmp_path / "README.md").read_text() == known


def test_another_record_stands_beside_the_quoted_one(results, tmp_path):
    _empty_docs(tmp_path)
    (tmp_path / "README.md").write_text("<!-- figures: machines -->\n<!-- end -->\n")
    quote_run(results, "default", tmp_path)
    assert "No run of the same settings" in (tmp_path / "README.md").read_text()
    quote_run(results, "elsewhere", tmp_path)
    assert "No verdict differs." in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<!-- figures: time -->\n", "'<!-- figures: time -->' needs a line '<!-- end -->'"),
        ("<!-- end -->\n", "'<!-- end -->' has no block before it"),
        ("<!-- figures: a -->\n<!-- figures: b -->\n<!-- end -->\n", "'<!-- figures: a -->' needs"),
    ],
)
def test_marks_that_do_not_fit_are_named(page, words):
    with pytest.raises(InputError, match=f"README.md: .*{words}"):
        fill(page, {"time": "text", "a": "", "b": ""}, "README.md")


def test_times_of_tests_are_those_of_a_suite_that_passed(tmp_path):
    path = tmp_path / "tests.xml"
    assert seconds_of_tests(path) is None
    suite = '<testsuites><testsuite errors="0" failures="{}" time="61.5"/></testsuites>'
    path.write_text(suite.format(0))
    assert seconds_of_tests(path) == 61.5
    path.write_text(suite.format(1))
    assert seconds_of_tests(path) is None
