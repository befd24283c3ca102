"""The two tables of a cohort folder: strict reading, labels, several cohorts."""

import os

import pytest

from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.cohort.tables import read_cohort, read_cohorts, trial_labels
from biomechgpt.errors import InputError
from biomechgpt.recordings.readers import MotionError, read_motion

PEOPLE = "participant_id\tsplit_group\timpaired\theight_m\n007\tn/a\tyes\t1.80\nB\tfam\tno\tn/a\n"
TRIALS = (
    "trial_id\tparticipant_id\tfile\tactivity\timpaired\n"
    "t1\t007\ta/x.mot\twalking\tn/a\nt2\tB\ty.mot\t\tyes\n"
)


def write(folder, people=PEOPLE, trials=TRIALS):
    folder.mkdir(exist_ok=True)
    for name, text in (("participants.tsv", people), ("trials.tsv", trials)):
        if text is not None:
            content = text if isinstance(text, bytes) else text.encode()
            (folder / name).write_bytes(content)
    return folder


def test_cells_are_strings_and_missing_ones_none(tmp_path):
    cohort = read_cohort("c", write(tmp_path))
    assert cohort.participants["participant_id"].tolist() == ["007", "B"]
    assert cohort.participants["height_m"].tolist() == ["1.80", None]
    assert cohort.trials["activity"].tolist() == ["walking", None]
    assert cohort.trials.index.tolist() == [2, 3]


def test_a_trials_label_overrides_its_participants(tmp_path):
    labels = trial_labels([read_cohort("c", write(tmp_path))])
    assert labels["impaired"].tolist() == ["yes", "yes"]
    assert labels["height_m"].tolist() == ["1.80", None]
    assert labels["split_group"].tolist() == ["007", "fam"]
    assert set(labels.columns) == {
        "cohort", "trial_id", "participant_id", "split_group", "impaired", "height_m", "activity",
    }  # fmt: skip


def test_two_cohorts_prefix_their_ids_and_join_their_labels(tmp_path):
    write(tmp_path / "one")
    write(tmp_path / "two", trials=TRIALS.replace("activity", "speed"))
    entries = [
        {"name": name, "path": str(tmp_path / name), "role": "both"} for name in ("one", "two")
    ]
    labels = trial_labels(read_cohorts(entries))
    assert labels["trial_id"].tolist() == ["one/t1", "one/t2", "two/t1", "two/t2"]
    assert labels["participant_id"].tolist() == ["one/007", "one/B", "two/007", "two/B"]
    assert labels["split_group"].tolist() == ["one/007", "one/fam", "two/007", "two/fam"]
    assert labels["activity"].tolist() == ["walking", None, None, None]
    assert labels["speed"].tolist() == [None, None, "walking", None]


def test_a_table_without_rows_is_read(tmp_path):
    cohorts = [read_cohort("c", write(tmp_path, "participant_id\n", TRIALS.splitlines()[0] + "\n"))]
    assert len(trial_labels(cohorts)) == 0
    assert "activity" in trial_labels(cohorts)


def test_ids_hold_letters_of_any_script_and_are_one_however_they_are_composed(tmp_path):
    people = "participant_id\tdiagnosis\nMu\u0308ller1\tla\u0308hmung\nमीरा\tstroke\n"
    trials = "trial_id\tparticipant_id\tfile\nÅ1\tM\u00fcller1\tu\u0308.mot\nt2\tमीरा\tx.mot\n"
    cohort = read_cohort("c", write(tmp_path, people, trials))
    assert cohort.participants["participant_id"].tolist() == ["M\u00fcller1", "मीरा"]
    assert cohort.participants["diagnosis"].iloc[0] == "l\u00e4hmung"
    assert cohort.trials["file"].iloc[0] == "u\u0308.mot"


def test_two_spellings_of_one_name_stop(tmp_path):
    people = "participant_id\nGroß\nGROSS\n"
    with pytest.raises(InputError, match=r"line 3, .*'GROSS' differs from 'Groß' \(line 2\)"):
        read_cohort("c", write(tmp_path, people))


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n"])
def test_line_ends_bom_quotes_and_spaces(tmp_path, line_end):
    people = PEOPLE.replace("007", ' "007" ').replace("\n", line_end)
    cohort = read_cohort("c", write(tmp_path, b"\xef\xbb\xbf" + people.encode()))
    assert cohort.participants["participant_id"].tolist() == ["007", "B"]
    assert cohort.participants.columns[0] == "participant_id"


@pytest.mark.parametrize(
    ("people", "trials", "message"),
    [
        (None, TRIALS, r"participants\.tsv is missing"),
        ("", TRIALS, r"participants\.tsv, line 1: column 'participant_id' is missing"),
        (PEOPLE, TRIALS.replace("file", "path"), r"trials\.tsv, line 1: column 'file' is missing"),
        (PEOPLE.replace("\t", ","), TRIALS, r"participants\.tsv, line 1: .*commas"),
        (
            PEOPLE.replace("\t", ";"),
            TRIALS,
            r"participants\.tsv, line 1: .*by semicolons; save it tab",
        ),
        (
            PEOPLE.replace("\t", "  "),
            TRIALS,
            r"participants\.tsv, line 1: .*by spaces; save it tab",
        ),
        (PEOPLE.replace("_id\t", "_id;a,b;"), TRIALS, r"line 1: .*'participant_id' is missing"),
        (PEOPLE + "C\tn/a\tno\n", TRIALS, r"participants\.tsv, line 4: 3 cells"),
        (PEOPLE + "C\tn/a\tno\t1\t2\n", TRIALS, r"participants\.tsv, line 4: 5 cells"),
        (PEOPLE + "B\tn/a\tno\t1\n", TRIALS, r"line 4, column 'participant_id': 'B' .*line 3"),
        (PEOPLE + "n/a\tn/a\tno\t1\n", TRIALS, r"line 4, column 'participant_id': .*missing"),
        (PEOPLE + "a/b\tn/a\tno\t1\n", TRIALS, r"line 4, column 'participant_id': 'a/b'"),
        (PEOPLE + "ä€\tn/a\tno\t1\n", TRIALS, r"line 4, column 'participant_id': 'ä€'"),
        (PEOPLE + "\u0301a\tn/a\tno\t1\n", TRIALS, r"line 4, column 'participant_id'.*start with"),
        (
            PEOPLE.encode() + "ä\t\t\t\n".encode() + b"\xe4\t\t\t\n",
            TRIALS,
            r"participants\.tsv, line 5: not UTF-8, as other lines are",
        ),
        (PEOPLE.encode() + b"\x81\t\t\t\n", TRIALS, r"participants\.tsv, line 4: not UTF-8;"),
        (PEOPLE.replace("height_m", "impaired"), TRIALS, r"line 1: .*'impaired' .*twice"),
        (PEOPLE.replace("height_m", ""), TRIALS, r"line 1: column 4 has no name"),
        (PEOPLE.replace("height_m", "file"), TRIALS, r"line 1: column 'file' has a meaning"),
        (PEOPLE, TRIALS.replace("activity", "split_group"), r"'split_group' has a meaning"),
        (PEOPLE, TRIALS + "t2\tB\tz.mot\tn/a\tno\n", r"line 4, column 'trial_id': 't2'"),
        (PEOPLE, TRIALS + "t3\tZ\tz.mot\tn/a\tno\n", r"line 4, column 'participant_id': 'Z'"),
        (PEOPLE, TRIALS + "t3\tn/a\tz.mot\tn/a\tno\n", r"line 4, column 'participant_id': None"),
        (PEOPLE, TRIALS + "t3\tB\tn/a\tn/a\tno\n", r"line 4, column 'file': .*missing"),
        (PEOPLE, TRIALS + "t3\tB\t../z.mot\tn/a\tno\n", r"line 4, column 'file': '\.\./z\.mot'"),
        (PEOPLE, TRIALS + "t3\tB\ta/../../z\tn/a\tno\n", r"line 4, column 'file'"),
        (PEOPLE, TRIALS + "t3\tB\t/etc/passwd\tn/a\tno\n", r"line 4, column 'file'"),
        *(
            (
                PEOPLE + f"{name}\tn/a\tno\t1\n",
                TRIALS,
                r"line 4, column 'participant_id'.*start with",
            )
            for name in ("=1+1", "+1", "-1", "@x", "x" * 201)
        ),
        (PEOPLE, TRIALS + "=A1\tB\tz.mot\tn/a\tno\n", r"line 4, column 'trial_id'"),
        (PEOPLE.replace("1.80", "1\x00"), TRIALS, r"participants\.tsv, line 2: '\\x00' is no text"),
        (PEOPLE, TRIALS.replace("walking", "\x1b[31m"), r"trials\.tsv, line 2: '\\x1b' is no text"),
        (PEOPLE, TRIALS.replace("activity", "angle_unit"), r"line 2, column 'angle_unit'"),
    ],
)
def test_a_bad_table_stops_with_file_line_and_column(tmp_path, people, trials, message):
    with pytest.raises(InputError, match=message):
        read_cohort("c", write(tmp_path, people, trials))


@pytest.mark.parametrize(
    "rate", ["0", "-60", "sixty", "nan", "inf", "60 Hz", "0.5", "1e-300", "6_0"]
)
def test_a_bad_frame_rate_stops(tmp_path, rate):
    trials = TRIALS.replace("activity", "frame_rate_hz").replace("walking", rate)
    with pytest.raises(InputError, match=r"line 2, column 'frame_rate_hz'"):
        read_cohort("c", write(tmp_path, trials=trials))


def test_a_link_out_of_the_folder_stops(tmp_path):
    (tmp_path / "secret.mot").write_text("x")
    folder = write(tmp_path / "cohort")
    os.symlink(tmp_path / "secret.mot", folder / "y.mot")
    told = r"line 3, column 'file': 'y\.mot' leads by a link to .*secret\.mot, which lies outside"
    with pytest.raises(InputError, match=told):
        read_cohort("c", folder)
    os.symlink(folder, tmp_path / "link")
    (folder / "y.mot").unlink()
    assert len(read_cohort("c", tmp_path / "link").trials) == 2


def test_a_cohort_without_folder_or_with_a_doubled_name_stops(tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        read_cohort("c", tmp_path / "absent")
    with pytest.raises(InputError, match="has no path"):
        read_cohorts([{"name": "c", "role": "both"}])
    entry = {"name": "c", "path": str(write(tmp_path)), "role": "both"}
    with pytest.raises(InputError, match="given twice"):
        read_cohorts([entry, entry])


def test_links_in_a_circle_stop_and_a_name_too_long_is_a_missing_file(tmp_path):
    folder = write(tmp_path)
    os.symlink(folder / "y.mot", folder / "y.mot")
    with pytest.raises(InputError, match=r"line 3, column 'file': .*[Ll]oop"):
        read_cohort("c", folder)
    around = write(tmp_path / "around", trials=TRIALS.replace("y.mot", "loop/y.mot"))
    os.symlink(around / "loop", around / "loop")
    with pytest.raises(InputError, match=r"line 3, column 'file': .*[Ll]oop"):
        read_cohort("c", around)
    long = write(tmp_path / "long", trials=TRIALS.replace("y.mot", "y" * 300 + ".mot"))
    name = read_cohort("c", long).trials["file"].iloc[1]
    with pytest.raises(MotionError, match="missing_file"):
        read_motion(long / name)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_tables_are_read_in_the_encodings_that_excel_writes(tmp_path, encoding):
    text = "participant_id\tcity\nMüller\tŒuvre – 5 €\n"
    (tmp_path / "participants.tsv").write_bytes(text.encode(encoding))
    table = read_tsv(tmp_path / "participants.tsv", ["participant_id"])
    assert table.to_numpy().tolist() == [["Müller", "Œuvre – 5 €"]]


def test_every_fault_of_both_tables_is_named_at_once(tmp_path):
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nA\t1\nA\t2\nB/\t3\n")
    (tmp_path / "trials.tsv").write_text(
        "trial_id\tparticipant_id\tfile\tangle_unit\nt\tC\t/x.mot\tgrad\nn/a\tA\tn/a\tdeg\n"
    )
    with pytest.raises(InputError) as caught:
        read_cohort("c", tmp_path)
    faults = caught.value.args
    places = [("participants", 3), ("participants", 4), ("trials", 3), ("trials", 2)]
    places += [("trials", 2), ("trials", 3), ("trials", 2)]
    assert [fault.split(", column")[0] for fault in faults] == [
        f"{tmp_path}/{table}.tsv, line {line}" for table, line in places
    ]
    assert str(caught.value).startswith("7 faults:\n  - ")


def test_rows_that_shift_are_all_named_and_no_table_hides_the_other(tmp_path):
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nA\nB\t1\nC\t2\t3\n")
    (tmp_path / "trials.tsv").write_text("trial_id\tfile\nt\tx.mot\n")
    with pytest.raises(InputError) as caught:
        read_cohort("c", tmp_path)
    first, second, third = caught.value.args
    assert "participants.tsv, line 2: 1 cells" in first
    assert "participants.tsv, line 4: 3 cells" in second
    assert "trials.tsv, line 1: column 'participant_id' is missing" in third


def test_many_faults_are_counted_and_the_first_are_shown():
    message = str(InputError(*(f"fault {number}" for number in range(12))))
    assert message.startswith("12 faults:\n  - fault 0\n")
    assert message.endswith("  - fault 9\n  and 2 more")
