"""Files that raters send: what does not fit is named, and the rest is read."""

import numpy as np
import pytest

from biomechgpt.study.form_pages import checksum
from biomechgpt.study.rating_files import expected_places, read_ratings
from tests.helpers.fake_ratings import file_text, rows_of, write_ratings


def second(rows, scale):
    """The second step of each scale, and the first slot as the best."""
    return "A" if scale in ("best", "original") else "2"


@pytest.fixture
def folder(study, tmp_path):
    """The files of all three raters, whole."""
    write_ratings(tmp_path, study, second)
    return tmp_path


def slugs(ratings):
    return {(problem.rater, problem.problem) for problem in ratings.problems}


def n_whole(study, rater):
    return len(rows_of(study, rater, second))


def test_whole_files_have_no_problem(folder, study):
    ratings = read_ratings(folder, study)
    assert ratings.problems == []
    assert ratings.rows.groupby("rater").size().to_dict() == {
        r: n_whole(study, r) for r in study.forms
    }


def test_a_file_changed_by_hand_is_refused_and_the_others_go_on(folder, study):
    path = folder / "ratings-R2.tsv"
    path.write_text(path.read_text().replace("plausible\t2", "plausible\t5", 1))
    ratings = read_ratings(folder, study)
    assert "ratings-R2.tsv was changed after the form saved it" in ratings.problems[0].detail
    assert set(ratings.rows["rater"]) == {"R1", "R3"}
    assert ("R2", "no_file") in slugs(ratings)


def test_a_file_saved_again_by_a_spreadsheet_is_read(folder, study):
    """Quotes around cells, Windows line ends and its own mark change no rating."""
    path = folder / "ratings-R1.tsv"
    text = path.read_text().replace("\tgrounded\t", '\t"grounded"\t').replace("\n", "\r\n")
    path.write_bytes(text.encode("utf-8-sig"))
    assert read_ratings(folder, study).problems == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("pilot\t", "other\t", "is of the study 'other'"),
        ("\tR2\t", "\tR9\t", "who is no rater of this study: R1, R2, R3"),
        ("{form}", "0123456789abcdef", "was made with another form of R2"),
    ],
)
def test_a_file_of_another_study_rater_or_form_is_named(folder, study, old, new, words):
    rows = [[c.replace(old.strip(), new.strip()) for c in r] for r in rows_of(study, "R2", second)]
    text = file_text(study, "R2", rows)
    old = old.format(form=study.forms["R2"])
    (folder / "ratings-R2.tsv").write_text(text.replace(old, new))
    ratings = read_ratings(folder, study)
    assert words in next(p.detail for p in ratings.problems if p.problem == "refused")
    assert set(ratings.rows["rater"]) == {"R1", "R3"}


def test_without_the_word_of_a_person_a_file_is_refused(folder, study):
    rows = rows_of(study, "R3", second)
    (folder / "ratings-R3.tsv").write_text(file_text(study, "R3", rows, declared="no"))
    ratings = read_ratings(folder, study)
    assert "Programs are no raters" in ratings.problems[0].detail
    assert "R3" not in set(ratings.rows["rater"])


def test_two_files_of_a_rater_that_differ_are_both_left_out(folder, study):
    rows = rows_of(study, "R1", lambda rows, scale: "A" if scale in ("best", "original") else "4")
    (folder / "again.tsv").write_text(file_text(study, "R1", rows))
    ratings = read_ratings(folder, study)
    assert slugs(ratings) == {("R1", "several_files")}
    assert set(ratings.rows["rater"]) == {"R2", "R3"}


def test_a_copy_of_a_file_counts_once(folder, study):
    (folder / "copy.tsv").write_text((folder / "ratings-R1.tsv").read_text())
    ratings = read_ratings(folder, study)
    assert slugs(ratings) == {("R1", "copies")}
    assert (ratings.rows["rater"] == "R1").sum() == n_whole(study, "R1")


def test_rows_that_the_form_cannot_make_are_named_and_left_out(folder, study):
    rows = rows_of(study, "R1", second)
    rows[0][6], rows[1][5], rows[2][3] = "6", "honest", "ffffffff"
    rows.append(list(rows[3]))
    (folder / "ratings-R1.tsv").write_text(file_text(study, "R1", rows))
    ratings = read_ratings(folder, study)
    assert slugs(ratings) >= {
        ("R1", "unknown_value"),
        ("R1", "unknown_place"),
        ("R1", "rated_twice"),
    }
    assert [p.line for p in ratings.problems if p.problem == "unknown_value"] == [3]
    assert (ratings.rows["rater"] == "R1").sum() == n_whole(study, "R1") - 4
    missing = [p for p in ratings.problems if p.problem == "not_rated"]
    assert sum(int(p.detail.split()[0]) for p in missing) == 4


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"study\tform\n", b"a,b,c\n1,2,3\n", b"\xff\xfe", b"PK\x03\x04"],
)
def test_what_is_no_table_of_ratings_is_named_and_the_rest_goes_on(folder, study, content):
    (folder / "ratings-R2.tsv").write_bytes(content)
    ratings = read_ratings(folder, study)
    assert any(p.file == "ratings-R2.tsv" and p.problem == "refused" for p in ratings.problems)
    assert set(ratings.rows["rater"]) == {"R1", "R3"}


def test_a_folder_among_the_files_and_a_huge_file_are_named(folder, study):
    (folder / "more").mkdir()
    with open(folder / "huge.tsv", "wb") as file:
        file.truncate(6_000_000)
    problems = read_ratings(folder, study).problems
    assert [p.file for p in problems] == ["huge.tsv", "more"]


def damaged(text: str, rng: np.random.Generator) -> bytes:
    """A text with some bytes replaced, taken out or put in."""
    content = bytearray(text.encode())
    for _ in range(rng.integers(1, 4)):
        at, byte = int(rng.integers(len(content))), int(rng.choice([0, 9, 10, 34, 50, 255]))
        kind = rng.integers(3)
        content[at : at + (kind != 0)] = b"" if kind == 1 else bytes([byte])
    return bytes(content)


def test_no_damage_ends_the_reading_or_brings_in_a_value_that_was_not_asked_for(study, tmp_path):
    rng = np.random.default_rng(0)
    rows = rows_of(study, "R1", second)[:12]
    allowed = expected_places(study.key[study.key["rater"] == "R1"], study.scales)
    whole = file_text(study, "R1", rows)
    for case in range(50):
        content = damaged(whole, rng)
        if case % 2:  # with a right checksum over damaged cells
            cells = [list(row) for row in rows]
            row = cells[rng.integers(len(cells))]
            row[rng.integers(len(row))] = str(
                rng.choice(["", "n/a", "6", "=1+1", "A", "best", "R2"])
            )
            content = file_text(study, "R1", cells).encode()
        (tmp_path / "ratings.tsv").write_bytes(content)
        read = read_ratings(tmp_path, study)
        assert any(p.rater == "R2" and p.problem == "no_file" for p in read.problems)
        for row in read.rows.itertuples():
            assert row.value in allowed[row.item, row.slot, row.scale]


def test_the_checksum_is_the_published_one():
    """FNV-1a, 32 bits, of its authors' test vectors."""
    assert checksum([""]) == "811c9dc5"
    assert checksum(["a"]) == "e40c292c"
    assert checksum(["foobar"]) == "bf9cf968"
