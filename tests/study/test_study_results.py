"""What comes of ratings: planted differences are seen, absent ones are not, and raters are people."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.study.analysis import read_study, result_tables
from biomechgpt.study.crossed_bootstrap import crossed_mean
from biomechgpt.study.rating_files import read_ratings
from biomechgpt.study.rating_scores import COLUMNS
from biomechgpt.study.result_of_arms import TOO_FEW, contrasts
from biomechgpt.study.study_folder import StudyFolder
from tests.helpers.fake_ratings import write_ratings
from tests.helpers.fake_study import MODEL, OTHER

BETTER, WORSE = "secret-zebra", "secret-okapi"


def rate(rows, scale):
    """The better arm gets a point more on the scale `plausible`, lures get 1; pairs are told."""
    if scale == "original":
        return rows[rows["arm"] == "original"]["slot"].iloc[0]
    if scale == "best":
        return rows[rows["arm"] == BETTER]["slot"].iloc[0]
    row = rows.iloc[0]
    if row["role"] == "lure":
        return "1"
    base = 2 + sum(map(ord, row["name"])) % 3  # of the item, the same for all raters
    return str(base + (scale == "plausible" and row["arm"] == BETTER))


@pytest.fixture(scope="module")
def tables(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ratings")
    write_ratings(folder, study, rate)
    return result_tables(read_ratings(folder, study), study)


def test_a_planted_difference_is_found_and_an_absent_one_is_not(tables):
    rows = tables["contrasts"].set_index("scale")
    assert (rows["n_items"] == 20).all()
    assert (rows["n_raters"] == 3).all()
    assert rows.loc["grounded", "difference"] == 0
    assert rows.loc["plausible", "difference"] == 1
    assert rows.loc["best", "difference"] == 1
    means = tables["arms"].set_index(["scale", "arm"])["value"]
    assert means["plausible", BETTER] - means["plausible", WORSE] == pytest.approx(1)
    assert (means["best", BETTER], means["best", WORSE]) == (1, 0)


def test_raters_of_one_mind_have_agreement_of_one(tables):
    values = tables["agreement"].set_index(["scale", "coefficient"])["value"]
    assert values["plausible"].to_numpy() == pytest.approx(1)
    assert values["grounded"].to_numpy() == pytest.approx(1)
    assert values["best", "Gwet AC1"] == 1
    assert tables["intra_rater"].query("scale != 'best'")["kappa"].dropna().eq(1).all()
    assert tables["intra_rater"]["equal"].eq(1).all()
    # Five repeats in a form: two arms on a scale, one choice of the best.
    counts = tables["intra_rater"].groupby("scale")["n"].first()
    assert counts["best"] in (counts["plausible"] / 2, counts["plausible"] // 2)


def test_lures_and_originals_are_told(tables):
    assert tables["lures"][["lures", "caught"]].to_numpy().tolist() == [[2, 2]] * 3
    told = tables["sensitivity"].set_index("rater")
    assert told["told"].eq(1).all()
    assert told.loc["R1", ["low", "high"]].tolist() == pytest.approx(
        [0.5407, 1], abs=1e-4
    )  # 6 of 6
    assert told.loc["all", "verdict"] == TOO_FEW


def test_lures_and_repeats_are_in_no_mean(tables, study):
    scores = tables["scores"]
    first = scores[(scores["time"] == "first") & (scores["role"] == "regular")]
    of_arm = first[(first["scale"] == "plausible") & (first["arm"] == BETTER)]
    assert len(of_arm) == 20 * 3
    mean = tables["arms"].set_index(["scale", "arm"]).loc[("plausible", BETTER)]
    assert mean["n_scores"] == 60
    assert mean["value"] == pytest.approx(of_arm["value"].mean())


def test_a_row_a_person_says_how_much_was_rated_and_how_fast(tables):
    table = tables["raters"].set_index("rater")
    assert table["items"].eq(20 + 2 + 6).all()
    assert table["repeats"].eq(5 + 2).all()
    assert table["ratings"].eq((22 + 5) * (2 * 2 + 1) + 6 + 2).all()
    assert table["median_s"].eq(9).all()
    assert table["cannot_judge"].eq(0).all()


def test_no_model_is_ever_listed_as_a_rater(tables, study):
    assert set(tables["raters"]["rater"]) == {"R1", "R2", "R3"}
    models = {MODEL, OTHER, *study.arms}
    for table in tables.values():
        if "rater" in table:
            assert not models & set(table["rater"])


def made_up(values: np.ndarray) -> pd.DataFrame:
    """Scores (items, raters, arms) as a table."""
    rows = [
        (f"R{r}", f"item-{i}", "first", "regular", arm, scale, values[i, r, a])
        for (i, r) in np.ndindex(values.shape[:2])
        for a, arm in enumerate((BETTER, WORSE))
        for scale in ("plausible", "grounded", "best")
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_difference_that_one_rater_alone_sees_is_no_verdict(study):
    """Over items alone this difference would be certain; another draw of raters may lack it."""
    rng = np.random.default_rng(0)
    values = rng.normal(3, 0.3, (40, 4, 2))
    values[:, 0, 0] += 3
    table = contrasts(made_up(values), study)
    assert (table["difference"] > 0.5).all()
    assert set(table["verdict"]) == {"not distinguishable"}
    values[:, :, 0] += 1
    assert set(contrasts(made_up(values), study)["verdict"]) == {"above"}


@pytest.mark.parametrize(("n_items", "n_raters"), [(19, 3), (20, 2)])
def test_few_raters_or_items_have_figures_without_a_verdict(study, n_items, n_raters):
    values = np.random.default_rng(0).normal((5, 3), 0.3, (n_items, n_raters, 2))
    table = contrasts(made_up(values), study)
    assert table["low"].notna().all()
    assert set(table["verdict"]) == {TOO_FEW}


def test_intervals_over_items_and_raters_hold_the_truth():
    """Items, raters and noise of equal spread; with eight raters some 90 of 100 intervals hold it."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        scores = rng.normal(size=(30, 1)) + rng.normal(size=(1, 8)) + rng.normal(size=(30, 8))
        scores[rng.random(scores.shape) < 0.1] = np.nan
        mean = crossed_mean(scores, 400, 0)
        held += mean.low < 0 < mean.high
    assert held >= 48


def test_tables_page_and_problems_are_written(pilot, study, tmp_path):
    folder = StudyFolder(tmp_path / "pilot")
    for name in ("key.tsv", "study.json"):
        folder.key.parent.mkdir(parents=True, exist_ok=True)
        (folder.key.parent / name).write_bytes((pilot.key.parent / name).read_bytes())
    folder.ratings.mkdir()
    with pytest.raises(InputError, match=r"holds no usable file of ratings; .*problems\.tsv"):
        read_study(folder)
    write_ratings(folder.ratings, study, rate)
    (folder.ratings / "ratings-R3.tsv").unlink()
    problems = read_study(folder)
    assert [(p.rater, p.problem) for p in problems] == [("R3", "no_file")]
    page = (folder.path / "study.html").read_text(encoding="utf-8")
    assert "Simulated data" in page
    assert "2 persons of 3 rated" not in page
    assert "2 people of 3 rated" in page
    assert "R3 has sent no usable file" in page
    names = {path.stem for path in (folder.path / "tables").iterdir()}
    assert {"agreement", "contrasts", "arms", "sensitivity", "lures", "intra_rater"} <= names
    with pytest.raises(InputError, match="holds no study with its key"):
        read_study(StudyFolder(tmp_path / "another"))
