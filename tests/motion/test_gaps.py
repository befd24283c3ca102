import numpy as np
import pytest

from biomechgpt.motion.gaps import close_gaps, longest_usable_part

TIME_S = np.arange(100) / 10.0


def with_gaps(*gaps):
    values = np.stack([np.sin(TIME_S), np.cos(TIME_S)], axis=1)
    for start, stop in gaps:
        values[start:stop, 0] = np.nan
    return values


def test_short_gap_keeps_the_whole_trial():
    assert longest_usable_part(with_gaps((40, 44)), TIME_S, 0.5) == slice(0, 100)


def test_gap_length_is_the_time_without_a_value():
    # Frames 40 to 43 are missing: the neighbours 39 and 44 are 0.5 s apart.
    values = with_gaps((40, 44))
    assert longest_usable_part(values, TIME_S, 0.5) == slice(0, 100)
    assert longest_usable_part(values, TIME_S, 0.49) == slice(44, 100)


def test_long_gap_keeps_the_longer_side():
    assert longest_usable_part(with_gaps((30, 50)), TIME_S, 0.5) == slice(50, 100)


def test_missing_ends_are_cut_however_short():
    assert longest_usable_part(with_gaps((0, 2), (99, 100)), TIME_S, 0.5) == slice(2, 99)


def test_absent_column_is_left_out_of_account():
    assert longest_usable_part(with_gaps((0, 100)), TIME_S, 0.5) == slice(0, 100)


def test_nothing_usable_is_an_empty_slice():
    values = np.full((100, 2), np.nan)
    values[::2, 0] = 1.0
    values[1::2, 1] = 1.0
    part = longest_usable_part(values, TIME_S, 0.01)
    assert part.stop - part.start <= 1


def test_gap_is_closed_near_the_truth_and_counted():
    closed, n_filled = close_gaps(with_gaps((40, 44)), TIME_S)
    assert n_filled == 4
    assert closed[40:44, 0] == pytest.approx(np.sin(TIME_S[40:44]), abs=0.02)
    assert np.array_equal(closed[:, 1], np.cos(TIME_S))


def test_absent_column_stays_absent():
    closed, n_filled = close_gaps(with_gaps((0, 100)), TIME_S)
    assert n_filled == 0
    assert np.isnan(closed[:, 0]).all()
