"""Cells, names and ends of tables as spreadsheets, databases and old programs write them."""

import io
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.motion_files import gait, ingest, mot, rows

KNEE_DEG = gait(knee=-1)["knee_angle_r"]


def assert_is_the_gait(outcome):
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    np.testing.assert_allclose(np.diff(outcome.time_s), 0.01, atol=1e-6)


@pytest.mark.parametrize("name", ["timestamp", "Time [s]", "time (s)", "t", "Seconds"])
def test_names_of_time(tmp_path, name):
    columns = {name if n == "time" else n: v for n, v in gait().items()}
    assert_is_the_gait(ingest(tmp_path, "a.csv", rows(columns, ",")))


def test_a_column_that_is_nearly_time_is_named(tmp_path):
    columns = {"time_ms" if n == "time" else n: v for n, v in gait().items()}
    outcome = ingest(tmp_path, "a.csv", rows(columns, ","))
    assert outcome.problems() == ["no_frame_rate"]
    assert "'time_ms'" in outcome.issues[0].detail


@pytest.mark.parametrize(
    "cell", ["#DIV/0!", "-1.#IND", "-1.#IND00", "1.#QNAN0", "#N/A", "#VALUE!", "nan"]
)
def test_what_programs_write_for_no_number_is_a_gap(tmp_path, cell):
    lines = rows(gait(), ",").splitlines()
    cells = lines[41].split(",")
    cells[lines[0].split(",").index("knee_angle_r")] = cell
    lines[41] = ",".join(cells)
    outcome = ingest(tmp_path, "a.csv", "\n".join(lines))
    assert np.flatnonzero(np.isnan(outcome.angle_deg("knee_angle_r"))).tolist() == [40]
    assert np.isnan(outcome.angle_deg("hip_flexion_r")).sum() == 0


@pytest.mark.parametrize("tail", [b"\x1a", b"\x1a\r\n", b"\0", b"\0" * 600, b"\x1a\x1a"])
def test_what_stands_behind_the_last_row_is_no_torn_row(tmp_path, tail):
    outcome = ingest(tmp_path, "a.mot", mot(gait()).encode() + tail)
    assert_is_the_gait(outcome)
    assert "torn_row" not in outcome.problems()


@pytest.mark.parametrize("separator", [";", "\t"])
def test_whole_numbers_before_decimal_commas(tmp_path, separator):
    head, *lines = rows(gait(), separator).replace(".", ",").splitlines()
    lines[0] = separator.join(cell.split(",")[0] for cell in lines[0].split(separator))
    outcome = ingest(tmp_path, "a.csv", "\n".join([head, *lines]))
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r")[1:], KNEE_DEG[1:], atol=1e-3)


def test_parquet_decimals_and_durations_are_numbers(tmp_path):
    columns = gait()
    table = {
        n: pa.array([Decimal(f"{x:.6f}") for x in v]) for n, v in columns.items() if n != "time"
    }
    table["time"] = pa.array([timedelta(seconds=float(t)) for t in columns["time"]])
    table["note"] = pa.array(["x"] * 200)
    buffer = io.BytesIO()
    pq.write_table(pa.table(table), buffer)
    outcome = ingest(tmp_path, "a.parquet", buffer.getvalue())
    assert_is_the_gait(outcome)
    (detail,) = [i.detail for i in outcome.issues if i.problem == "text_columns"]
    assert detail.endswith("note")


def test_parquet_points_in_time_are_seconds(tmp_path):
    columns = gait()
    start = np.datetime64("2026-01-01T10:00:00", "us")
    table = columns | {"time": start + (1e6 * columns["time"]).round().astype("timedelta64[us]")}
    buffer = io.BytesIO()
    pq.write_table(pa.table(table), buffer)
    assert_is_the_gait(ingest(tmp_path, "a.parquet", buffer.getvalue()))


def test_separators_that_stand_alone_are_no_names(tmp_path):
    text = "time ; hip_flexion_r ; knee_angle_r\ns ; deg\n0 ; 1 ; 2\n1 ; 2 ; 3\n"
    outcome = ingest(tmp_path, "a.csv", text)
    assert outcome.problems() == ["unreadable"]
    assert "the header names 3 columns and the row below it has 2 cells" in outcome.issues[0].detail
