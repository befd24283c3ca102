import numpy as np
import pytest

from biomechgpt.motion.resample import resample


def wave(time_s, hz, size=1.0):
    return size * np.sin(2 * np.pi * hz * time_s)[:, None]


def test_same_rate_changes_nothing():
    time_s = np.arange(300) / 30
    values = wave(time_s, 1.3)
    assert resample(values, time_s, 30) == pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize("native_hz", [25, 58.82, 60, 100, 240, 500, 1000])
def test_slow_movement_survives_from_any_rate(native_hz):
    time_s = np.arange(int(10 * native_hz)) / native_hz
    result = resample(wave(time_s, 2.0), time_s, 30)
    wanted = wave(np.arange(len(result)) / 30, 2.0)
    assert abs(len(result) - 300) <= 1
    assert result[15:-15] == pytest.approx(wanted[15:-15], abs=0.01)


def test_vibration_above_half_the_new_rate_does_not_fold_into_it():
    time_s = np.arange(2000) / 200
    # 28 Hz sampled at 30 Hz without a filter would look like 2 Hz at full size.
    result = resample(wave(time_s, 28.0), time_s, 30)
    assert np.abs(result[30:-30]).max() < 0.05


def test_uneven_time_stamps_are_followed():
    rounded_s = np.round(np.arange(600) / 60, 2)
    result = resample(wave(rounded_s, 1.0), rounded_s, 30)
    wanted = wave(np.arange(len(result)) / 30, 1.0)
    assert result[10:-10] == pytest.approx(wanted[10:-10], abs=0.02)


def test_full_turn_is_unwrapped_before_it_is_filtered():
    time_s = np.arange(1000) / 100
    turning = np.linspace(0, 8 * np.pi, 1000)[:, None]
    wrapped = (turning + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(np.diff(resample(wrapped, time_s, 30), axis=0)).max() < 0.15


def test_absent_joint_stays_absent_and_alone():
    time_s = np.arange(300) / 100
    values = np.hstack([wave(time_s, 1.0), np.full((300, 1), np.nan)])
    result = resample(values, time_s, 30)
    assert np.isnan(result[:, 1]).all()
    assert np.isfinite(result[:, 0]).all()


def test_ten_minutes_at_500_hz():
    time_s = np.arange(300_000) / 500
    assert len(resample(np.repeat(wave(time_s, 1.0), 26, axis=1), time_s, 30)) == 18_000
