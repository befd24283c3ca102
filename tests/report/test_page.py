"""The report: opens offline, says what it must, and lets no value of a table become markup."""

import re
from html.parser import HTMLParser

import fake_predictions
import fake_run
import pandas as pd
import pytest

from biomechgpt.report.page import Sources, build_report, read_results
from biomechgpt.report.terminal import summary

VERSIONS = {"biomechgpt": "0.1.0", "python": "3.11.7"}
EVIL = "<script>alert(1)</script>"
VOID = {"meta", "br", "hr", "img", "input", "link"}


def build(sources, config, path, simulated=True):
    build_report(sources, config, VERSIONS, simulated, path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(run, config, tmp_path_factory):
    return build(run, config, tmp_path_factory.mktemp("page") / "report.html")


class Tags(HTMLParser):
    """Collect tags with attributes, and notice those that are not closed."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def captions(page):
    return re.findall(r"<figcaption>(.*?)</figcaption>", page, re.DOTALL)


def test_nothing_is_fetched_and_nothing_runs(page):
    tags = Tags(page)
    assert tags.open == []
    names = {tag for tag, _ in tags.found}
    assert names.isdisjoint({"script", "link", "img", "iframe", "object", "base", "form"})
    for tag, attributes in tags.found:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "xlink:href", "src", "srcset", "action"):
                assert value.startswith("#"), (tag, name, value)
    assert "@import" not in page
    assert all(target.startswith(("#", '"#')) for target in re.findall(r"url\(([^)]*)", page))
    addresses = set(re.findall(r'https?://[^\s"<]*', page))
    assert addresses <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}


def test_contents_lead_to_every_section(page):
    tags = Tags(page).found
    targets = [a["href"][1:] for tag, a in tags if tag == "a" and a.get("href", "")[:1] == "#"]
    sections = [a["id"] for tag, a in tags if tag == "section"]
    assert targets == sections
    assert len(sections) == 12


def test_simulated_data_is_called_so_everywhere(page, run, config, tmp_path):
    headers = re.findall(r"<h2>(.*?)</h2>", page)
    assert headers
    for text in (*headers, *captions(page)):
        assert "Simulated data" in text
    assert "Simulated data" in re.search("<title>(.*?)</title>", page)[1]
    recorded = build(run, config, tmp_path / "recorded.html", simulated=False)
    assert "Simulated data" not in recorded


def test_tables_and_figures_of_the_paper_are_there(page):
    text = " ".join(captions(page))
    for name in ("Table 1", "Table 2", "Table 3", "Figure 2", "Figure 3", "Figure 4"):
        assert name in text
    assert page.count("<svg") == 6
    assert "paper: Gemma 3 4B, all tasks" in page
    assert page.count("another cohort") >= 6


def test_every_model_on_every_task_stands_with_its_n(page, run):
    table = pd.read_parquet(run.metrics)
    first = re.search(r"<table>.*?</table>", page, re.DOTALL)[0]
    for row in table.drop_duplicates("task").itertuples():
        assert f"{row.n_participants} participants\n{row.n_trials} trials" in first


def test_sentences_follow_from_the_numbers(page):
    items = re.findall(r"<li><b>(.*?)</b>: (.*?)</li>", page)
    by_task = dict(items)
    assert len(by_task) == 9
    assert "above xgboost and chance" in by_task["activity"]
    assert "40 participants, 188 trials" in by_task["activity"]
    assert "not estimable" in by_task["four square step test"]
    assert "above" not in by_task["four square step test"]


def test_problems_times_and_configuration_are_reported(page):
    assert "266 trials were accepted and 5 rejected" in page
    assert page.count("export it again") == 5
    assert re.search(r"finetune</th><td[^>]*>3</td><td[^>]*>457.2</td>", page)
    assert "bootstrap_draws: 2000" in page
    assert "neck rotation" in page


def test_a_hostile_label_stays_text(run, config, tmp_path):
    predictions = fake_predictions.make(n_participants=8, seeds=(0,))
    hostile = {"cane": EVIL, "walker": "=cmd|' /C calc'!A0", "none": "$\\frac$"}
    mine = predictions["task"] == "assistive_device"
    for column in ("truth", "parsed"):
        cells = predictions.loc[mine, column]
        predictions.loc[mine, column] = cells.map(lambda v: hostile.get(v, v))
    predictions.loc[mine, "options"] = predictions.loc[mine, "options"].map(
        lambda options: [hostile.get(v, v) for v in options]
    )
    predictions["trial_id"] = predictions["trial_id"] + EVIL
    sources = fake_run.write_run(tmp_path, predictions, draws=20)
    issues = pd.read_csv(sources.ingest_report, sep="\t").assign(detail=EVIL, file=EVIL)
    issues.to_csv(sources.ingest_report, sep="\t", index=False)
    page = build(sources, {**config, "run": EVIL}, tmp_path / "report.html")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "script" not in {tag for tag, _ in Tags(page).found}
    confusions = (sources.tables / "confusions.csv").read_text()
    assert "'=cmd" in confusions
    assert not re.search(r'(^|,)"?=', confusions, re.MULTILINE)


def test_without_the_optional_parts_the_report_says_so(run, config, tmp_path):
    little = Sources(run.metrics, run.tables, run.figures)
    page = build(little, config, tmp_path / "report.html")
    assert page.count("left out") == 4
    empty = little._replace(
        figures=tmp_path / "none", benchmarks=tmp_path / "none", trials=run.trials
    )
    page = build(empty, config, tmp_path / "empty.html")
    assert "Figure 2 is left out" in page
    assert "no benchmark files" in page
    assert "Lengths in tokens are left out" in page


def test_a_variant_with_few_tasks_and_one_participant(config, tmp_path):
    predictions = fake_predictions.make(n_participants=1, seeds=(0,))
    few = predictions[predictions["task"].isin(["activity", "tug"])]
    page = build(fake_run.write_run(tmp_path, few, draws=10), config, tmp_path / "report.html")
    assert "1 participant," in page
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL).lower()
    assert "▲" not in page


@pytest.mark.parametrize("rows", ["kind == 'regression'", "kind == 'classification'"])
def test_one_kind_of_question_alone(rows, config, tmp_path):
    predictions = fake_predictions.make(n_participants=8, seeds=(0,)).query(rows)
    sources = fake_run.write_run(tmp_path, predictions, draws=10)
    page = build(sources, config, tmp_path / "report.html")
    assert "is left out: there is nothing to draw" in page
    assert "Fewer than 10 participants" in page
    assert "question with" in page or "No classification question was answered" in page


def test_nobody_was_tested(config, tmp_path):
    predictions = fake_predictions.make(n_participants=5, seeds=(0,)).assign(split="validation")
    sources = fake_run.write_run(tmp_path, predictions, draws=10)
    assert "answers 0 kinds of question" in build(sources, config, tmp_path / "report.html")


def test_several_folds(config, tmp_path):
    predictions = fake_predictions.make(n_participants=12, seeds=(0,))
    people = predictions["participant_id"].rank(method="dense").astype(int) % 2
    halves = predictions.assign(fold=people.map({0: "fold-0", 1: "fold-1"}))
    page = build(fake_run.write_run(tmp_path, halves, draws=10), config, tmp_path / "report.html")
    assert "fold-0" in page
    assert "fold-1" in page


def test_the_same_inputs_make_the_same_bytes(run, config, page, tmp_path):
    assert build(run, config, tmp_path / "again.html") == page


def test_terminal_summary(run, config):
    found = read_results(run.metrics, run.tables, config)
    text = summary(found, simulated=True)
    assert "simulated data" in text
    assert "simulated" not in summary(found, simulated=False)
    line = next(line for line in text.splitlines() if "walking speed" in line)
    assert "mean absolute error" in line
    assert line.count("▲") == 2
    assert max(map(len, text.splitlines())) <= 110


def test_training_participants_are_shown_apart_and_only_if_they_were_asked(
    run, page, config, tmp_path
):
    assert "On training participants" not in page
    metrics = pd.read_parquet(run.metrics)
    headline = metrics[(metrics["task"] == "activity") & (metrics["metric"] == "macro_f1")]
    trained = headline.assign(split="train", value=0.987, n_participants=77)
    pd.concat([metrics, trained]).to_parquet(tmp_path / "metrics.parquet")
    changed = build(run._replace(metrics=tmp_path / "metrics.parquet"), config, tmp_path / "r.html")
    start = changed.index('id="training"')
    section = changed[start : changed.index('id="comparisons"', start)]
    assert re.search(r">0\.987?<|>0\.99<", section)
    assert "77 participants" in section
    assert "0.987" not in changed[:start]
