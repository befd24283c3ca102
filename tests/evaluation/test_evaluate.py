"""The whole evaluation on made-up predictions."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from biomechgpt.errors import InputError
from biomechgpt.evaluation.columns import COLUMNS
from biomechgpt.evaluation.evaluate import evaluate
from biomechgpt.evaluation.measured_predictions import in_order
from biomechgpt.evaluation.voters import with_voters
from biomechgpt.questions.predictions import read_predictions, write_predictions
from biomechgpt.settings.evaluate_section import EvaluateSettings
from tests.helpers import fake_predictions

CFG = EvaluateSettings(bootstrap_draws=200, seed=0)
MODELS = (["tiny-all"], ["xgboost", "chance"])


def run(predictions, cfg=CFG):
    return evaluate(predictions, fake_predictions.folds(predictions), cfg, *MODELS)


def only_row(table, **where):
    keep = np.logical_and.reduce([table[k] == v for k, v in where.items()])
    assert keep.sum() == 1
    return table[keep].iloc[0]


@pytest.fixture(scope="module")
def predictions():
    return fake_predictions.make()


@pytest.fixture(scope="module")
def evaluated(predictions):
    return run(predictions)


@pytest.fixture(scope="module")
def some(predictions):
    """Predictions of three of the nine tasks."""
    return predictions[predictions["task"].isin(["activity", "impaired", "walking_speed"])]


def test_mean_and_sd_are_over_seeds(evaluated):
    where = {"task": "activity", "variant": "tiny-all", "metric": "macro_f1", "reading": "answer"}
    table = evaluated.metrics
    seeds = [only_row(table, seed=s, **where).value for s in ("0", "1", "2")]
    mean = only_row(table, seed="mean", **where)
    assert mean.value == pytest.approx(np.mean(seeds))
    assert mean.sd == pytest.approx(np.std(seeds, ddof=1))
    assert mean.low < mean.value < mean.high


def test_a_model_that_repeats_its_answers_with_every_seed_has_no_sd(predictions):
    first = predictions.query("variant == 'xgboost' and seed == 0")
    repeated = [first.assign(seed=seed) for seed in (0, 1, 2)]
    table = run(pd.concat([predictions.query("variant != 'xgboost'"), *repeated])).metrics
    means = table.query("seed == 'mean'")
    assert means.query("variant == 'xgboost'")["sd"].isna().all()
    assert means.query("variant == 'chance' and metric == 'accuracy'")["sd"].notna().all()


def test_equal_figures_of_other_answers_have_an_sd_of_zero(predictions):
    rows = predictions.query("variant == 'xgboost' and task == 'walking_speed'").copy()
    rows["number"] = rows["truth_number"] + np.where(rows["seed"] == 1, -0.1, 0.1)
    others = predictions.query("variant != 'xgboost' and task == 'walking_speed'")
    table = run(pd.concat([others, rows])).metrics
    mean = only_row(table, variant="xgboost", seed="mean", metric="mae", reading="answer")
    assert mean.sd == pytest.approx(0.0, abs=1e-12)


def test_every_number_has_its_participants_and_trials(evaluated, predictions):
    for table in (
        evaluated.metrics[evaluated.metrics["reading"] != "vote"],
        evaluated.comparisons,
        evaluated.unreadable,
    ):
        sizes = table.groupby("task")[["n_participants", "n_trials"]].agg(["min", "max"])
        rows = predictions.groupby("task")
        for name, column in (("n_participants", "participant_id"), ("n_trials", "trial_id")):
            assert (sizes[name]["min"] == rows[column].nunique().loc[sizes.index]).all()
            assert (sizes[name]["min"] == sizes[name]["max"]).all()


def test_under_five_participants_nothing_is_claimed(evaluated):
    fsst = evaluated.comparisons[evaluated.comparisons["task"] == "fsst"]
    assert set(fsst["verdict"]) == {"not estimable"}
    assert fsst["low"].isna().all()
    assert evaluated.metrics.query("task == 'fsst'")["low"].isna().all()


def test_skilled_model_is_above_chance_and_the_sign_is_better_is_positive(evaluated):
    chance = evaluated.comparisons.query("other == 'chance' and task != 'fsst'")
    assert set(chance["verdict"]) == {"above"}
    assert (chance["difference"] > 0).all()


def test_a_model_compared_with_its_copy_differs_by_nothing(some):
    answers = some[some["variant"] == "tiny-all"]
    twins = pd.concat([answers, *(answers.assign(variant=name) for name in ("xgboost", "chance"))])
    table = run(twins).comparisons
    assert (table["difference"].abs() < 1e-12).all()
    assert set(table["verdict"]) <= {"not distinguishable", "not estimable"}


def test_unreadable_answers_are_counted_and_stand_in_the_confusions(evaluated, predictions):
    answers = predictions.query("task == 'activity' and variant == 'tiny-all'")
    row = only_row(evaluated.unreadable, task="activity", variant="tiny-all")
    assert row.unreadable == answers["parsed"].isna().sum() > 0
    counts = evaluated.confusions.query(
        "task == 'activity' and variant == 'tiny-all' and reading == 'text'"
    )
    assert counts.loc[counts["unreadable"], "trials"].sum() == row.unreadable
    assert counts["trials"].sum() == len(answers)


def test_unreadable_answer_lowers_the_score(some):
    lost = some.copy()
    rows = lost.query("task == 'impaired' and variant == 'tiny-all'").index[::3]
    lost.loc[rows, "parsed"] = None
    where = {"task": "impaired", "variant": "tiny-all", "metric": "weighted_f1", "seed": "mean"}
    before, after = (only_row(run(p).metrics, reading="text", **where).value for p in (some, lost))
    assert after < before - 0.1


def test_answer_is_the_most_probable_option_whatever_the_text_says(some):
    silent = some.assign(parsed=None)
    where = {"task": "impaired", "variant": "tiny-all", "metric": "weighted_f1", "seed": "mean"}
    spoken, mute = (
        only_row(run(p).metrics, reading="answer", **where).value for p in (some, silent)
    )
    assert spoken == mute > 0.5


def test_number_is_the_median_of_the_distribution_where_there_is_one(some):
    told = some.assign(number_median=some["truth_number"], number_mean=0.0)
    where = {"task": "walking_speed", "variant": "tiny-all", "metric": "mae", "seed": "mean"}
    assert only_row(run(told).metrics, reading="answer", **where).value == pytest.approx(0.0)
    assert only_row(run(told).metrics, reading="text", **where).value > 0.01


def test_order_of_rows_does_not_matter(some):
    first, again = (run(rows).metrics for rows in (some, some.sample(frac=1, random_state=0)))
    key = ["task", "variant", "seed", "reading", "metric", "label"]
    a, b = (t.set_index(key).sort_index()[["value", "low", "high"]] for t in (first, again))
    pd.testing.assert_frame_equal(a, b)


def test_folds_are_pooled_not_averaged(some):
    people = some["participant_id"].rank(method="dense").astype(int) % 2
    halves = some.assign(fold=people.map({0: "fold-0", 1: "fold-1"}))
    a, b = (t.query("seed == 'mean'")["value"].to_numpy() for t in (run(some)[0], run(halves)[0]))
    np.testing.assert_allclose(a, b)


def test_a_baseline_that_answered_fewer_trials_is_compared_on_the_shared_ones(some):
    drop = (some["variant"] == "chance") & (some["trial_id"] > "P020")
    table = run(some[~drop]).comparisons
    where = {"task": "activity", "variant": "tiny-all", "metric": "macro_f1"}
    chance, xgboost = (only_row(table, other=other, **where) for other in ("chance", "xgboost"))
    assert (chance.n_participants, xgboost.n_participants) == (20, 40)


def test_a_task_that_one_model_lacks_and_a_test_set_of_one_class(predictions):
    less = predictions[(predictions["variant"] != "xgboost") | (predictions["task"] != "tug")]
    less = less[(less["task"] != "fall_history") | (less["truth"] == "yes")]
    evaluated = run(less)
    assert set(evaluated.comparisons.query("task == 'tug'")["other"]) == {"chance"}
    where = {"task": "fall_history", "variant": "tiny-all", "metric": "macro_f1", "seed": "mean"}
    assert only_row(evaluated.metrics, reading="answer", **where).value > 0.5


def test_a_baseline_that_answers_nothing_is_left_out(some):
    evaluated = run(some[some["variant"] != "xgboost"])
    assert "xgboost" not in set(evaluated.metrics["variant"]) | set(evaluated.comparisons["other"])


def test_splits_are_kept_apart(some):
    both = pd.concat([some, some.assign(split="validation")])
    both.loc[both["split"] == "validation", "participant_id"] += "v"
    table = run(both).metrics.query("reading != 'calibrated'")
    a = table.query("split == 'test'")["value"].to_numpy()
    alone = run(some).metrics.query("reading != 'calibrated'")
    np.testing.assert_allclose(a, alone["value"].to_numpy())
    assert set(table["split"]) == {"test", "validation"}


def test_stale_or_missing_predictions_are_refused(predictions):
    folds = fake_predictions.folds(predictions)
    moved = folds.assign(split=folds["split"].where(folds["participant_id"] != "P003", "train"))
    with pytest.raises(InputError, match="P003"):
        evaluate(predictions, moved, CFG, *MODELS)
    with pytest.raises(InputError, match="tiny-two"):
        evaluate(predictions, folds, CFG, ["tiny-two"], [])
    with pytest.raises(InputError, match="no truth"):
        run(predictions.assign(truth=None))


def test_tasks_keep_the_order_of_the_config(some):
    order = ["walking_speed", "tug", "impaired", "activity"]
    table = run(in_order(some, order)).metrics
    assert list(table["task"].unique()) == ["walking_speed", "impaired", "activity"]


def test_predictions_from_the_file_measure_the_same(some, tmp_path):
    texts = some.select_dtypes("str")
    rows = some.assign(**texts.astype(object).where(texts.notna(), None)).to_dict("records")
    write_predictions(tmp_path / "p.parquet", rows)
    read = with_voters(read_predictions([tmp_path / "p.parquet"]), [], None)
    key = ["task", "variant", "seed", "reading", "metric", "label"]
    a, b = (run(p).metrics.set_index(key).sort_index()["value"] for p in (some, read))
    pd.testing.assert_series_equal(a, b)


def in_folds(predictions):
    """Every participant is tested in one of five folds and validates another."""
    people = predictions["participant_id"].rank(method="dense").astype(int) % 5
    tested = predictions.assign(fold="fold-" + people.astype(str))
    validated = predictions.assign(
        fold="fold-" + ((people + 1) % 5).astype(str), split="validation"
    )
    return pd.concat([tested, validated], ignore_index=True)


@pytest.fixture(scope="module")
def folded(some):
    return run(in_folds(some))


def test_with_folds_everybody_is_tested_once_and_the_tables_pool_them(folded, evaluated, some):
    answers = pa.concat_tables(folded.answers).to_pandas()
    key = ["variant", "seed", "task", "trial_id"]
    assert not answers.duplicated(key).any()
    assert len(answers) == len(some)
    a, b = (
        t.query("split == 'test' and reading in ['answer', 'text', 'vote']")
        for t in (folded.metrics, run(some).metrics)
    )
    pd.testing.assert_frame_equal(a.reset_index(drop=True), b.reset_index(drop=True))


def test_calibration_has_a_row_a_fold_seed_and_level(folded):
    rows = folded.calibration.query("task == 'impaired' and variant == 'tiny-all'")
    assert len(rows) == 5 * 3 * 2
    assert set(rows["n_conformal"]) == {8}
    assert set(rows.query("level == 0.9")["status"]) == {
        "not estimable: needs 9 validation participants, has 8"
    }
    sets = folded.prediction_sets.query(
        "task == 'impaired' and label == '' and variant == 'tiny-all'"
    )
    assert sets.set_index(["method", "level"])["n_participants"].tolist() == [40, 0, 40, 40]
    eighty = sets.iloc[0]
    assert 0.75 < eighty["coverage"] <= 1.0


def test_answers_agree_with_the_measures(folded):
    answers = pa.concat_tables(folded.answers).to_pandas()
    boosted = answers.query("task == 'activity' and variant == 'xgboost' and seed == 1")
    row = only_row(
        folded.metrics.query("split == 'test'"),
        **{"task": "activity", "variant": "xgboost", "seed": "1"},
        **{"reading": "answer", "metric": "accuracy"},
    )
    assert boosted["right"].mean() == pytest.approx(row.value)
    probable = boosted["ranked_probabilities"].map(max)
    np.testing.assert_allclose(probable, boosted["confidence"])


def test_a_vote_is_the_mean_probability_of_a_participant(evaluated, predictions):
    answers = predictions.query("task == 'diagnosis' and variant == 'tiny-all' and seed == 0")
    voted = []
    for _, rows in answers.groupby("participant_id"):
        mean = np.mean(np.stack(rows["probabilities"]), axis=0)
        voted.append(rows["options"].iloc[0][mean.argmax()] == rows["truth"].iloc[0])
    where = {"task": "diagnosis", "variant": "tiny-all", "seed": "0", "reading": "vote"}
    row = only_row(evaluated.metrics, metric="accuracy", **where)
    assert row.value == pytest.approx(np.mean(voted))
    assert row.n_participants == len(voted)


def test_seen_phrasings_are_compared_but_not_in_the_headline(some):
    seen = some.assign(phrasing_held_out=False, phrasing_id="seen")
    seen.loc[seen["kind"] == "classification", "probabilities"] = seen["probabilities"].map(
        lambda p: [1 / max(len(p), 1)] * len(p)
    )
    evaluated = run(pd.concat([some, seen]))
    pd.testing.assert_frame_equal(evaluated.metrics, run(some).metrics)
    row = only_row(evaluated.phrasings, task="impaired", variant="tiny-all", metric="macro_f1")
    assert row.held_out > row.seen + 0.2
    assert row.verdict == "above"
    assert len(run(some).phrasings) == 0


def test_a_baseline_of_one_seed_without_probabilities(some):
    lone = (some["variant"] != "xgboost") | (some["seed"] == 0)
    bare = some[lone].copy()
    boosted = bare["variant"] == "xgboost"
    bare.loc[boosted, "probabilities"] = pd.Series([[]] * boosted.sum(), index=bare.index[boosted])
    evaluated = run(bare)
    told = set(evaluated.notes.query("variant == 'xgboost' and task == 'impaired'")["note"])
    assert {"missing_seeds", "no_probabilities"} <= told
    row = only_row(
        evaluated.comparisons,
        task="walking_speed",
        variant="tiny-all",
        other="xgboost",
        metric="mae",
    )
    assert (row.n_seeds, row.other_n_seeds) == (3, 1)
    assert "brier" not in set(evaluated.metrics.query("variant == 'xgboost'")["metric"])
    assert "xgboost" not in set(evaluated.reliability["variant"])


def test_off_list_answers_and_silence_are_told_apart(some):
    silent = some.assign(answer=some["answer"].where(some["answer"] != "dancing", " "))
    for predictions, column in ((some, "off_list"), (silent, "no_text")):
        row = only_row(run(predictions).unreadable, task="impaired", variant="tiny-all")
        assert row[column] == row.unreadable > 0


def test_every_table_has_the_columns_of_the_contract(evaluated):
    for name, columns in COLUMNS.items():
        assert list(getattr(evaluated, name).columns) == list(columns)
