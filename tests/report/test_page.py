"""The report: opens offline, says what it must, and lets no value of a table become markup."""

import base64
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
import yaml

from biomechgpt.evaluation.synthesis_tables import write_study_tables
from biomechgpt.report.report_page import build_report
from biomechgpt.report.results import read_results
from biomechgpt.report.run_files import RunFiles
from biomechgpt.report.summary_table import summary
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from tests.helpers import fake_predictions, fake_run
from tests.helpers.study_answers import answer_rows, tables_of

VERSIONS = {"biomechgpt": "0.1.0", "python": "3.11.7"}
EVIL = "<script>alert(1)</script>"
VOID = {"meta", "br", "hr", "img", "input", "link"}


def build(sources, settings, path, simulated=True):
    results = read_results(sources.metrics, sources.tables, settings)
    tables = path.parent / "report_tables"
    build_report(results, sources, settings, VERSIONS, simulated, path, tables)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """A run with one question of each kind."""
    predictions = fake_predictions.make(n_participants=12)
    predictions = predictions[predictions["task"].isin(["impaired", "tug"])]
    return fake_run.write_run(tmp_path_factory.mktemp("few"), predictions, draws=50)


@pytest.fixture(scope="module")
def page(run, settings, folder):
    return build(run, settings, folder / "report.html")


class Tags(HTMLParser):
    """Collect tags with attributes, and notice those that are not closed."""

    def __init__(self, text):
        super().__init__()
        self.started, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.started.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.started.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def captions(page):
    return re.findall(r"<figcaption>(.*?)</figcaption>", page, re.DOTALL)


def section(page, name):
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]


def test_nothing_is_fetched_and_only_the_own_script_runs(page):
    tags = Tags(page)
    assert tags.open == []
    names = [tag for tag, _ in tags.started]
    assert set(names).isdisjoint({"link", "img", "iframe", "object", "base", "form"})
    assert names.count("script") == 1
    for tag, attributes in tags.started:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "xlink:href", "src", "srcset", "action"):
                assert value.startswith(("#", "data:text/csv", "tables/")), (tag, name, value)
    assert "@import" not in page
    assert all(target.startswith(("#", '"#')) for target in re.findall(r"url\(([^)]*)", page))
    addresses = set(re.findall(r'https?://[^\s"<]*', page))
    assert addresses <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}


def test_contents_lead_to_every_section(page):
    tags = Tags(page).started
    targets = [a["href"][1:] for tag, a in tags if tag == "a" and a.get("href", "")[:1] == "#"]
    sections = [a["id"] for tag, a in tags if tag == "section"]
    assert targets == ["main", *sections]
    assert len(sections) == 7 + 9 + 4 + 3 + 4


def test_simulated_data_is_called_so_everywhere(page, few, settings, tmp_path):
    headers = re.findall(r"<section.*?<h2>(.*?)</h2>", page, re.DOTALL)
    assert headers
    for text in (*headers, *captions(page)):
        assert "Simulated data" in text
    assert "Simulated data" in re.search("<title>(.*?)</title>", page)[1]
    recorded = build(few, settings, tmp_path / "recorded.html", simulated=False)
    assert "Simulated data" not in recorded


def test_every_drawing_says_what_is_seen(page):
    drawings = [a for _, a in Tags(page).started if a.get("role") == "img"]
    words = [a["aria-label"] for a in drawings]
    assert len(words) == page.count("<svg") - page.count("class='bar'")
    assert len(set(words)) == len(words) > 30
    assert all(re.search(r"\d", text) for text in words)
    assert page.count("class='bar'") == page.count("aria-hidden='true'") == 27


def test_drawings_take_the_colours_of_the_page_and_share_no_id(page):
    drawn = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert "#0072b2" not in drawn
    assert "#1b1b1b" not in drawn
    assert "var(--blue)" in drawn
    ids = re.findall(r'\sid="([^"]*)"', drawn)
    assert len(ids) == len(set(ids))


def test_tables_of_the_paper_are_there(page):
    text = " ".join(captions(page))
    for name in ("Table 1", "Table 2", "Table 3"):
        assert name in text
    assert "paper: Gemma 3 4B, all tasks" in page
    assert page.count("another cohort") >= 6


def test_every_table_is_a_link_and_a_file_of_the_same_content(page, folder):
    links = re.findall(r'download="([^"]*)" href="data:text/csv;base64,([^"]*)"', page)
    files = {path.name: path.read_text() for path in (folder / "report_tables").iterdir()}
    assert len(links) == len(files) == page.count("<table>")
    for name, content in links:
        assert base64.b64decode(content).decode() == files[name]
    glance = pd.read_csv(folder / "report_tables" / "glance.csv")
    assert glance["question"].iloc[0] == "activity"
    assert "40 participants" in glance["question, below"][0]


def test_every_question_stands_with_its_n_and_the_strongest_simple_method(page, run):
    table = pd.read_parquet(run.metrics)
    first = re.search(r"<table>.*?</table>", page, re.DOTALL)[0]
    for row in table[table["reading"] == "answer"].drop_duplicates("task").itertuples():
        assert f"{row.n_participants} participants\n{row.n_trials} trials" in first
    assert first.count("xgboost\n[") == 8  # one question has too few participants


def test_sentences_follow_from_the_numbers(page):
    text = section(page, "glance")
    assert "Against the strongest simple method of each question it beats it on" in text
    ahead = text[text.index("Where the language model beats the strongest simple method") :]
    items = dict(re.findall(r"<li><b>(.*?)</b>: (.*?)</li>", text))
    assert len(items) == 9
    assert re.search(r"of xgboost: better by 0\.\d\d \[", items["impaired"])
    assert "but adjusted for 8 comparisons p is 0.086" in items["activity"]
    assert "40 participants, 188 trials" in items["activity"]
    assert "<b>impaired</b>" in ahead
    assert "<b>activity</b>" not in ahead
    assert "too few participants, not estimable" in items["four square step test"]
    assert "better" not in items["four square step test"]


def test_problems_times_and_configuration_are_reported(page):
    assert "266 trials were accepted and 5 rejected" in page
    assert section(page, "ingestion").count("export it again") == 5
    assert re.search(r"finetune</th><td[^>]*>3</td><td[^>]*>457.2</td>", page)
    assert "bootstrap_draws: 2000" in page
    assert "neck rotation" in page


def test_labels_and_missing_labels_are_counted_by_hand(page):
    text = section(page, "cohort")
    assert re.search(r">sex<small>participants</small></th><td[^>]*>female</td>", text)
    assert "14 (52 %)" in text
    missing = text[text.index("Missing labels") :]
    assert re.search(r"walking speed m s</th><td[^>]*>0 \(0 %\)", missing)


def test_a_hostile_label_stays_text(settings, tmp_path):
    predictions = fake_predictions.make(n_participants=8, seeds=(0,))
    hostile = {"cane": EVIL, "walker": "=cmd|' /C calc'!A0", "none": "$\\frac$"}
    device = predictions["task"] == "assistive_device"
    for column in ("truth", "parsed"):
        cells = predictions.loc[device, column]
        predictions.loc[device, column] = cells.map(lambda v: hostile.get(v, v))
    predictions.loc[device, "options"] = predictions.loc[device, "options"].map(
        lambda options: [hostile.get(v, v) for v in options]
    )
    sources = fake_run.write_run(tmp_path, predictions[device], draws=20)
    answers = pd.read_parquet(sources.answers)
    answers.assign(answer=EVIL).to_parquet(sources.answers)
    issues = pd.read_parquet(sources.issues).assign(detail=EVIL, file=EVIL)
    issues.to_parquet(sources.issues)
    page = build(sources, settings.model_copy(update={"run": EVIL}), tmp_path / "report.html")
    assert page.count("<script") == 1
    assert "&lt;script&gt;" in page
    assert [tag for tag, _ in Tags(page).started].count("script") == 1
    tables = [sources.tables / "confusions.csv"]
    tables += list((tmp_path / "report_tables").glob("question-assistive_device*.csv"))
    text = "\n".join(path.read_text() for path in tables)
    assert "'=cmd" in text
    assert not re.search(r'(^|,)"?=', text, re.MULTILINE)


def test_without_the_optional_parts_the_report_says_so(few, settings, tmp_path):
    little = RunFiles(few.metrics, few.tables)
    page = build(little, settings, tmp_path / "report.html")
    assert page.count("section is left out") == 4
    assert page.count("answers.parquet was not given") == 2
    empty = little._replace(benchmarks=tmp_path / "none", trials=few.trials, answers=few.answers)
    page = build(empty, settings, tmp_path / "empty.html")
    assert "no benchmark files" in page
    assert "Lengths in tokens are left out" in page
    assert page.count("no joint angles were given") == 2


def test_a_study_of_synthetic_movement_has_a_section_that_says_so(few, settings, tmp_path):
    study = {"task": "impaired", "generators": ["g"], "classifiers": ["rocket"]}
    study = SynthesisStudySettings(**study, training_people=[2], per_real=[1])
    assert "Whether synthetic movement helps" not in build(few, settings, tmp_path / "plain.html")
    write_study_tables(tables_of(tmp_path, [answer_rows(0)]), tmp_path / "study")
    files = few._replace(synthesis_study=tmp_path / "study")
    with_study = settings.model_copy(update={"synthesis_study": study})
    page = build(files, with_study, tmp_path / "report.html")
    assert "Whether synthetic movement helps" in page
    assert "synthetic movement helps: +0.217" in page


def test_a_table_that_the_evaluation_did_not_write_is_said_to_be_missing(settings, tmp_path):
    predictions = fake_predictions.make(n_participants=8, seeds=(0,))
    predictions = predictions[predictions["task"].isin(["impaired", "tug"])]
    sources = fake_run.write_run(tmp_path, predictions, draws=10)
    for path in sources.tables.iterdir():
        if path.stem not in ("table1", "comparisons", "unreadable"):
            path.unlink()
    page = build(sources, settings, tmp_path / "report.html")
    for name in ("leakage", "calibration", "classes", "confusions", "phrasings", "prediction_sets"):
        assert f"wrote no {name}.csv" in page


def test_conditions_of_questions_and_tasks_left_out_are_shown(page):
    assert "Whether a question applies" in page
    assert "asked in vain" in page
    assert "left out in 1 of 1 folds: three people only." in page


def test_a_variant_with_few_tasks_and_one_participant(settings, tmp_path):
    predictions = fake_predictions.make(n_participants=1, seeds=(0,))
    few = predictions[predictions["task"].isin(["activity", "tug"])]
    page = build(fake_run.write_run(tmp_path, few, draws=10), settings, tmp_path / "report.html")
    assert "1 participant," in page
    visible = re.sub(r"<svg.*?</svg>|base64,[^\"]*|<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", visible, re.IGNORECASE)
    assert "▲" not in page


@pytest.mark.parametrize("rows", ["kind == 'regression'", "kind == 'classification'"])
def test_one_kind_of_question_alone(rows, settings, tmp_path):
    predictions = fake_predictions.make(n_participants=8, seeds=(0,)).query(rows)
    sources = fake_run.write_run(tmp_path, predictions, draws=10)
    page = build(sources, settings, tmp_path / "report.html")
    assert "Fewer than 10 participants" in page
    assert "t-interval" in page
    assert "question with" in page or "No classification question was answered" in page


@pytest.mark.slow
def test_five_hundred_test_trials_stay_under_ten_megabytes(settings, tmp_path):
    predictions = fake_predictions.make(n_participants=120, seeds=(0,))
    assert predictions.query("task == 'activity'")["trial_id"].nunique() >= 500
    build(fake_run.write_run(tmp_path, predictions, draws=10), settings, tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < 10e6


def test_nobody_was_tested(settings, tmp_path):
    predictions = fake_predictions.make(n_participants=5, seeds=(0,)).assign(split="validation")
    sources = fake_run.write_run(tmp_path, predictions, draws=10)
    assert "answers 0 kinds of question" in build(sources, settings, tmp_path / "report.html")


def test_several_folds(settings, tmp_path):
    predictions = fake_predictions.make(n_participants=12, seeds=(0,))
    predictions = predictions[predictions["task"].isin(["impaired", "tug"])]
    people = predictions["participant_id"].rank(method="dense").astype(int) % 2
    halves = predictions.assign(fold=people.map({0: "fold-0", 1: "fold-1"}))
    page = build(fake_run.write_run(tmp_path, halves, draws=10), settings, tmp_path / "report.html")
    assert "fold-0" in page
    assert "fold-1" in page
    assert "as the tokens keep it" in page


def test_the_same_inputs_make_the_same_bytes(few, settings, tmp_path):
    pages = [build(few, settings, tmp_path / f"{name}.html") for name in ("one", "again")]
    assert pages[0] == pages[1]


def test_each_participant_stands_alone_where_few_are_tested(page, settings, few, tmp_path):
    assert "Each participant" not in section(page, "question-impaired")  # 40 people
    small = build(few, settings, tmp_path / "report.html")
    people = pd.read_parquet(few.tables / "participants.parquet")
    own = people.query("task == 'impaired' and reading == 'answer' and variant == 'tiny-all'")
    text = section(small, "question-impaired")
    worst = own.loc[own["value"].idxmin()]
    assert f"worst {worst.value:.3g}" in text
    assert f"({worst.participant_id})" in text
    table = pd.read_csv(tmp_path / "report_tables/question-impaired-3.csv")
    assert table.columns.tolist() == ["participant", "trials", "tiny-all", "xgboost"]
    assert len(table) == 12
    assert table["tiny-all"].is_monotonic_increasing
    assert table.set_index("participant")["tiny-all"].to_dict() == pytest.approx(
        own.set_index("participant_id")["value"].to_dict(), abs=5e-4
    )


def test_trials_that_vote_by_a_label_show_each_participant_of_many(run, settings, tmp_path):
    evaluate = settings.evaluate.model_copy(update={"vote_by": "walk"})
    page = build(run, settings.model_copy(update={"evaluate": evaluate}), tmp_path / "report.html")
    text = section(page, "question-impaired")
    assert "of votes of each walk" in text
    assert "under it that of the votes of each walk" in text
    errors = section(page, "question-walking_speed")
    assert "mean absolute error of each participant" in errors
    assert "votes" not in errors[errors.index("Each participant") :]


def test_a_cohort_only_tested_on_stands_beside_what_was_learnt_from(few, settings, tmp_path):
    simulated = settings.cohorts[0].model_copy(update={"role": "train"})
    clinic = simulated.model_copy(update={"name": "clinic", "role": "test"})
    metrics = pd.read_parquet(few.metrics)
    other = metrics.assign(split="validation", value=0.99, n_participants=2)
    pd.concat([metrics, other]).to_parquet(tmp_path / "metrics.parquet")
    sources = few._replace(metrics=tmp_path / "metrics.parquet")
    two = settings.model_copy(update={"cohorts": [simulated, clinic]})
    text = section(build(sources, two, tmp_path / "report.html"), "other-cohorts")
    assert "Learnt from simulated; no training saw anybody of clinic." in text
    assert "3 joints are only in what was learnt from: neck extension" in text
    assert "pool people of both" not in text
    figures = pd.read_csv(tmp_path / "report_tables/other-cohorts.csv").set_index("model")
    assert set(figures["validation, learnt from"]) == {0.99}
    expected = metrics.query("seed == 'mean' and variant == 'xgboost' and metric == 'macro_f1'")
    expected = expected.query("task == 'impaired' and reading == 'answer'")["value"].item()
    assert figures.loc["xgboost", "test"].iloc[0] == pytest.approx(expected, abs=0.005)


def test_cohorts_that_are_all_learnt_from_need_no_such_section(page):
    assert 'id="other-cohorts"' not in page


def test_terminal_summary(run, settings):
    results = read_results(run.metrics, run.tables, settings)
    text = summary(results, simulated=True)
    assert "simulated data" in text
    assert "simulated" not in summary(results, simulated=False)
    line = next(line for line in text.splitlines() if "cadence" in line)
    assert "cadence (steps/min)" in line
    assert "xgboost" in line
    assert line.count("▲") == 2
    assert max(map(len, text.splitlines())) <= 110


def test_training_participants_are_shown_apart_and_only_if_they_were_asked(few, settings, tmp_path):
    assert "On training participants" not in build(few, settings, tmp_path / "report.html")
    metrics = pd.read_parquet(few.metrics)
    headline = metrics[(metrics["task"] == "impaired") & (metrics["metric"] == "macro_f1")]
    trained = headline.assign(split="train", value=0.987, n_participants=77)
    pd.concat([metrics, trained]).to_parquet(tmp_path / "metrics.parquet")
    changed = build(
        few._replace(metrics=tmp_path / "metrics.parquet"), settings, tmp_path / "r.html"
    )
    shown = section(changed, "training")
    assert re.search(r">0\.987?<|>0\.99<", shown)
    assert "77 participants" in shown
    assert "0.987" not in changed.replace(shown, "")


def test_a_question_that_nobody_worded_says_so_and_how_it_was_asked(few, settings, tmp_path):
    texts = {"train": {"a": "What is the tug in {unit}?"}, "held_out": {"b": "Number of {unit}:"}}
    (tmp_path / "tug.yaml").write_text(yaml.safe_dump(texts))
    worded = few._replace(phrasings={"tug": tmp_path / "tug.yaml"})
    page = build(worded, settings, tmp_path / "report.html")
    question = section(page, "question-tug")
    assert "Nobody wrote how to ask this question" in question
    assert "What is the tug in s?" in question
    assert "Number of s:" in question
    assert "Nobody wrote" not in section(page, "question-impaired")
    own = {"train": ["TUG?"], "held_out": ["Time?"]}
    task = settings.tasks["tug"].model_validate(
        settings.tasks["tug"].to_dict() | {"phrasings": own}
    )
    settings = settings.model_copy(update={"tasks": {**settings.tasks, "tug": task}})
    assert "Nobody wrote" not in build(worded, settings, tmp_path / "own.html")
