"""Stated evidence held against measurement: right, of the wrong side or direction, of anybody, negated."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError
from biomechgpt.evidence.evidence_scores import (
    ScoredText,
    changed_when_negated,
    score_lines,
    summary,
)
from biomechgpt.evidence.lines import evidence_lines
from biomechgpt.evidence.score_texts import read_texts, score_texts, texts_of_model
from biomechgpt.evidence.stated_evidence import read_stated
from biomechgpt.features.measured_record import measured_record
from tests.helpers.fake_study import MODEL, walk
from tests.helpers.simulated_trials import RATE_HZ

KNEE_R = JOINT_NAMES.index("knee_angle_r")
SWING = "right peak knee flexion in swing"


def stiff(person: int) -> np.ndarray:
    """A walk whose right knee bends the less the higher the number of the person."""
    angles = walk(0).copy()
    angles[:, KNEE_R] *= 1 - 0.12 * person
    return angles


@pytest.fixture(scope="module")
def records(normal):
    return [measured_record(stiff(person), RATE_HZ, normal) for person in range(6)]


@pytest.fixture(scope="module")
def measured(normal):
    """The lines of each person."""
    return [evidence_lines(stiff(person), RATE_HZ, normal) for person in range(6)]


def swing_of(record) -> float:
    return next(q.value for q in record if (q.key, q.side) == ("knee_flexion_swing", "right"))


def scored(records, text):
    """The scored lines, and those that were not read, of what `text` says of each person."""
    return score_lines(
        [
            ScoredText(f"t{number}", f"p{number}", text(number), record)
            for number, record in enumerate(records)
        ]
    )


def means(lines):
    return summary(lines, 200, 0).set_index("measure")["value"]


def test_measured_lines_are_read_back_and_wholly_right(records, measured):
    lines, unread = scored(records, lambda n: "\n".join(line.text for line in measured[n]))
    assert len(unread) == 0
    assert len(lines) == sum(map(len, measured))
    values = means(lines)
    assert values["numbers within tolerance"] == 1
    assert values["side right"] == 1
    assert values["direction right"] == 1
    assert values["of what is not measured"] == 0


def test_negated_lines_have_wrong_directions(records, measured):
    lines, _ = scored(records, lambda n: "; ".join(line.negated().text for line in measured[n]))
    assert means(lines)["direction right"] == 0


def test_exchanged_sides_are_seen_as_wrong_sides(records, measured):
    def text(person):
        sides = {(line.quantity, line.side): line for line in measured[person]}
        return sides["knee_flexion_swing", "right"]._replace(side="left").text

    known = scored(records, text)[0]["side_right"].dropna()
    assert len(known) >= 4
    assert (known == 0).all()


def test_what_is_said_of_everybody_alike_is_not_specific(records):
    own, _ = scored(records, lambda n: f"{SWING} {swing_of(records[n]):.0f}°")
    same, _ = scored(records, lambda n: f"{SWING} {swing_of(records[0]):.0f}°")
    assert means(own)["specificity"] > 0.6
    assert abs(means(same)["specificity"]) < 0.2


@pytest.mark.parametrize(("error_deg", "right"), [(5.4, 1), (-5.4, 1), (5.6, 0), (-5.6, 0)])
def test_tolerance_is_five_degrees_and_half_of_the_last_decimal(records, error_deg, right):
    lines, _ = scored(records[:1], lambda _: f"{SWING} {swing_of(records[0]) + error_deg:.2f} deg")
    assert lines["number_right"].tolist() == [right]


def test_another_unit_is_wrong(records):
    speed = next(q.value for q in records[0] if q.key == "walking_speed")
    text = f"walking speed {speed:.2f} m/s | walking speed {speed:.2f} s"
    assert scored(records[:1], lambda _: text)[0]["number_right"].tolist() == [1, 0]


def test_lines_of_what_is_not_recorded_are_counted(normal):
    angles = walk(0).copy()
    angles[:, JOINT_NAMES.index("ankle_angle_r")] = np.nan
    record = measured_record(angles, RATE_HZ, normal)
    text = "right range of ankle dorsiflexion 25°\nleft range of hip flexion 25°"
    lines, _ = scored([record], lambda _: text)
    assert lines["not_measured"].tolist() == [1, 0]
    assert lines["number_right"].isna().tolist() == [True, False]


@pytest.mark.parametrize("text", ["peak knee flexion in swing 50°", "right ear 12°", "17"])
def test_a_number_without_quantity_or_side_is_counted_as_not_read(records, text):
    stated = read_stated(text, records[0])
    assert (stated.lines, stated.unread) == ([], [text])


@pytest.mark.parametrize(
    ("words", "direction"),
    [
        ("50%, reduced", "below"),
        ("70%, above what is usual", "above"),
        ("62%, within the usual range", "within"),
        ("62%, not below but above", ""),
        ("62%", ""),
    ],
)
def test_words_for_directions_are_read_and_doubtful_ones_left_open(records, words, direction):
    assert read_stated(f"right stance {words}", records[0]).lines[0].direction == direction


def test_how_often_a_negated_line_changes_the_answer():
    answers = pd.DataFrame(
        {"trial_id": list("abcdef"), "answer": ["yes"] * 6, "negated_answer": ["Yes ", *["no"] * 5]}
    )
    row = changed_when_negated(answers, {t: f"p-{t}" for t in "abcdef"}, 200, 0).iloc[0]
    assert row["value"] == pytest.approx(5 / 6)
    assert row["low"] < 5 / 6 <= row["high"]


def test_texts_of_a_table_are_scored_into_tables(results, normal, tmp_path):
    rows = ["trial_id\ttext\tanswer\tnegated_answer"]
    for number in range(10):
        first, second, *_ = evidence_lines(walk(number % 5), RATE_HZ, normal)
        rows.append(f"trial-{number}\t{first.text} | {second.text} | 12 of it\tyes\tno")
    (tmp_path / "texts.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    table = score_texts(results, read_texts(tmp_path / "texts.tsv"), normal, tmp_path / "scores")
    values = table.set_index("measure")["value"]
    assert values["numbers within tolerance"] == 1
    assert values["answer changed when a line is negated"] == 1
    sizes = {p.name: len(pd.read_csv(p)) for p in (tmp_path / "scores").iterdir()}
    assert sizes == {"lines.csv": 20, "unread.csv": 10, "summary.csv": len(table)}


def test_texts_that_cannot_be_scored_are_refused_by_name(results, normal, tmp_path):
    texts = texts_of_model(results, MODEL)  # which states no evidence
    with pytest.raises(InputError, match="No line names a quantity"):
        score_texts(results, texts, normal, tmp_path / "scores")
    with pytest.raises(InputError, match="no answer of nobody"):
        texts_of_model(results, "nobody")
    with pytest.raises(InputError, match="x is no accepted trial of"):
        score_texts(results, pd.DataFrame({"trial_id": ["x"], "text": [""]}), normal, tmp_path)
    with pytest.raises(InputError, match=r"has no trials\.parquet"):
        score_texts(tmp_path, texts, normal, tmp_path / "scores")
    (tmp_path / "half.tsv").write_text("trial_id\ttext\tanswer\nx\ty\tz\n")
    with pytest.raises(InputError, match="answer and negated_answer need a value"):
        read_texts(tmp_path / "half.tsv")
