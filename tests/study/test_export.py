"""Forms that tell raters nothing of the arms, and a key that tells all."""

import copy
import json
import re

import numpy as np
import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.study.dealing import deal
from tests.helpers import fake_study
from tests.helpers.fake_study import MODEL, OTHER, STUDY

NAMES = [f"item-{number}" for number in range(12)]
ARMS = {name: ["a", "b", "c"] for name in NAMES}


def content(pilot, rater):
    text = (pilot.forms / f"{rater}.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="content">(.*?)</script>', text, re.DOTALL)[1])


def changed(**explanations):
    study = copy.deepcopy(STUDY)
    study["explanations"] |= explanations
    return study


def test_no_arm_model_trial_truth_role_or_key_is_in_the_bytes_of_a_form(pilot, study):
    hidden = {*study.arms, MODEL, OTHER, "trial-", "question-", "lure-", "pair-", "person-"}
    hidden |= {"synthetic", "key.tsv", "taken_from", str(pilot.key), fake_study.STUDY["name"] + "/"}
    for rater in study.forms:
        form = (pilot.forms / f"{rater}.html").read_bytes().lower()
        assert [word for word in hidden if word.lower().encode() in form] == []


def test_a_form_is_one_file_without_a_link(pilot):
    text = (pilot.forms / "R1.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["']""", text)
    assert "innerHTML" not in text


def test_the_key_names_what_stands_in_each_slot_of_each_form(pilot, study):
    answers = pd.read_parquet(pilot.path.parent / "results/answers.parquet")
    said = answers.set_index(["variant", "trial_id", "task"])
    models = {name: arm["model"] for name, arm in STUDY["explanations"]["arms"].items()}
    units = {"assistive_device": "", "walking_speed": " m/s"}
    checked = 0
    for rater in study.forms:
        key = study.key[study.key["rater"] == rater].set_index(["item", "slot"])
        for item in content(pilot, rater)["items"]:
            for explanation in item["explanations"]:
                row = key.loc[(item["code"], explanation["slot"])]
                trial = row["taken_from"] or row["trial_id"]
                own = said.loc[(models[row["arm"]], trial, row["task"])]
                number = f"{own['number']:.2f}"
                expected = own["decided"] if row["task"] == "assistive_device" else number
                assert explanation["answer"] == expected + units[row["task"]] == row["answer"]
                assert bool(explanation["lines"]) == (row["arm"] == "secret-zebra")
                checked += 1
    assert checked == 3 * 2 * (20 + 2 + 5)


def test_lures_carry_what_is_wrong_for_the_movement_shown(study):
    lures = study.key[study.key["role"] == "lure"]
    assert len(lures[lures["time"] == "first"]) == 3 * 2
    assert (lures["taken_from"] != lures["trial_id"]).all()
    assert (lures["answer"] != lures["truth"]).all()
    person = {f"trial-{n}": n // 2 for n in range(fake_study.N_TRIALS)}
    assert (lures["taken_from"].map(person) != lures["trial_id"].map(person)).all()
    beside = study.key[study.key["role"] == "beside a lure"]
    assert set(beside["name"]) == set(lures["name"])


def test_items_are_spread_evenly_over_tasks_classes_and_right_answers(study):
    items = study.key.query("role == 'regular' and part == 'explanations' and rater == 'R1'")
    items = items[items["time"] == "first"].drop_duplicates("name")
    assert len(items) == 20
    # Six strata of the question with classes, one of the question with numbers: taken in turn.
    counts = items.groupby(["task", "truth"]).size()["assistive_device"]
    assert counts.max() - counts.min() <= 1
    assert items["task"].value_counts()["assistive_device"] >= 16


def test_each_rater_has_an_order_of_its_own_which_the_seed_fixes(run_folder_of_study, tmp_path):
    hands = [deal(ARMS, [], None, 0.25, seed, ["R1", "R2"]) for seed in (3, 3, 4)]
    assert hands[0] == hands[1] != hands[2]
    assert [s.name for s in hands[0]["R1"]] != [s.name for s in hands[0]["R2"]]
    codes = [shown.code for hand in hands[0].values() for shown in hand]
    assert len(set(codes)) == len(codes)


def test_slots_are_drawn_anew_for_each_item_and_rater():
    raters = [f"R{n}" for n in range(40)]
    first = [
        shown.arms[0] for hand in deal(ARMS, [], None, 0, 1, raters).values() for shown in hand
    ]
    shares = np.unique(first, return_counts=True)[1] / len(first)
    assert np.abs(shares - 1 / 3).max() < 0.07


def test_repeats_come_later_than_the_first_time():
    for hand in deal(ARMS, [], None, 0.25, 7, [f"R{n}" for n in range(20)]).values():
        names = [shown.name for shown in hand]
        again = [shown.name for shown in hand if shown.time == "repeat"]
        assert len(again) == 3
        assert len(names) == 15
        for name in again:
            assert [s.time for s in hand if s.name == name] == ["first", "repeat"]
            assert names.index(name) < 6


@pytest.mark.parametrize(("n_each", "n_raters"), [(4, 3), (5, 7), (12, 2)])
def test_with_fewer_items_a_rater_all_items_have_equally_many_raters(n_each, n_raters):
    hands = deal(ARMS, [], n_each, 0, 0, [f"R{n}" for n in range(n_raters)])
    seen = [shown.name for hand in hands.values() for shown in hand]
    counts = np.array([seen.count(name) for name in NAMES])
    assert all(len(hand) == n_each for hand in hands.values())
    assert counts.max() - counts.min() <= 1


def test_pairs_show_both_movements_alike_in_a_drawn_order(pilot, study):
    rows = study.key[study.key["part"] == "pairs"]
    assert set(rows.groupby(["rater", "item"])["trial_id"].nunique()) == {1}
    assert set(rows[rows["slot"] == "A"]["arm"]) == {"original", "synthetic"}
    for item in content(pilot, "R1")["items"]:
        if not item["explanations"]:
            takes = item["motion"]["takes"]
            assert [take["name"] for take in takes] == ["A", "B"]
            assert len(takes[0]["positions"]) == len(takes[1]["positions"])
            assert item["motion"]["joints"] == []


def test_cohort_folders_without_shared_trials_are_paired_at_random(run_folder_of_study, tmp_path):
    folders = {name: [str(run_folder_of_study / name)] for name in ("alike", "other")}
    pairs = {"items": 5, "original": folders["alike"], "synthetic": folders["other"]}
    study = {k: v for k, v in STUDY.items() if k != "explanations"} | {
        "name": "two",
        "pairs": pairs,
    }
    key = pd.read_csv(fake_study.export(run_folder_of_study, study).key, sep="\t")
    assert key[key["arm"] == "synthetic"]["trial_id"].str.startswith("made-").all()
    assert key[key["arm"] == "original"]["trial_id"].str.startswith("trial-").all()
    assert len(key["name"].unique()) == 5


def test_a_simulated_run_is_called_simulated_in_the_form(pilot):
    assert "<b>Simulated data.</b>" in (pilot.forms / "R1.html").read_text(encoding="utf-8")


def test_a_study_that_is_there_is_never_written_over(pilot):
    with pytest.raises(InputError, match="is there already, and raters may have its forms"):
        fake_study.export(pilot.path.parent)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"items": 59}, "all arms answer 60 questions together"),
        ({"tasks": ["diagnosis"]}, f"holds no answer of {MODEL} to diagnosis"),
    ],
)
def test_a_study_that_the_run_cannot_fill_is_refused(run_folder_of_study, change, sentence):
    with pytest.raises(InputError, match=sentence):
        fake_study.export(run_folder_of_study, changed(**change) | {"name": "unfilled"})


def test_arms_of_a_file_are_shown_as_they_stand_there(run_folder_of_study, tmp_path):
    rows = ["trial_id\ttask\tanswer\texplanation"]
    rows += [f"trial-{n}\twalking_speed\tslow {n}\tfirst {n} | second" for n in range(30)]
    (tmp_path / "told.tsv").write_text("\n".join(rows) + "\n")
    arms = {"told": {"file": str(tmp_path / "told.tsv")}}
    study = changed(arms=arms, tasks=["walking_speed"], lures=0.0) | {"name": "of-a-file"}
    pilot = fake_study.export(run_folder_of_study, study)
    told = content(pilot, "R1")["items"][0]["explanations"][0]
    number = told["answer"].removeprefix("slow ")
    assert told["lines"] == [f"first {number}", "second"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"raters": ["R1", MODEL.upper()]}, "raters are people"),
        ({"raters": ["secret-zebra"]}, "raters are people"),
        ({"explanations": None, "pairs": None}, "neither explanations nor pairs"),
        (changed(tasks=["wlaking_speed"]), "did you mean walking_speed"),
        (changed(arms={"x": {"model": "tiny-continuos", "shows": "answer"}}), "no variant or base"),
        (changed(arms={"x": {"model": MODEL}}), "needs shows where it has a model"),
        (changed(arms={"x": {"shows": "answer"}}), "needs either a model or a file"),
        (changed(items_per_rater=21), "items_per_rater is above"),
        (changed(scales={"best": "It is best."}), "ratings call something else"),
        ({"nmae": 1}, r"study\.nmae \(value 1\) is not a key of the config; did you mean name"),
        ({"name": 5}, r"study\.name is 5; it must be text"),
        ({"pairs": [1]}, r"study\.pairs is \[1\]; it must be a mapping of keys to values or null"),
        (changed(items_per_rater="all"), "must be a whole number or null"),
        (
            changed(arms={"x": {"shows": "anwser"}}),
            "allowed: answer, evidence, text, null; did you",
        ),
    ],
)
def test_a_wrong_section_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(InputError, match=sentence):
        fake_study.config_with(STUDY | change)
