"""The simulated movement: near its sources, planted on the ground, and the origin of its labels."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINTS
from biomechgpt.body.kinematics import leg_positions
from biomechgpt.simulation.gait_pattern import stance
from biomechgpt.simulation.ground import N_JOINTS, contact_points, orientation
from biomechgpt.simulation.waveforms import GRID, INDEX, curve, evaluate
from tests.helpers.simulated_trials import ACTIVITIES, IMPAIRMENTS, RATE_HZ, numbers, trial


def walks(count: int, diagnosis: str | None = None) -> list:
    return [trial("overground walking", seed=seed, diagnosis=diagnosis) for seed in range(count)]


def test_coefficients_have_the_published_ranges():
    joints = {"hip_flexion": 41.5, "knee_angle": 59.9, "ankle_angle": 32.0}
    for joint, expected_deg in joints.items():
        pattern = np.tile(curve(numbers()[0]["curves"][joint]), (len(INDEX), 1))
        angles = evaluate(pattern, np.linspace(0, 1, 500))[:, 0]
        assert np.ptp(angles) == pytest.approx(expected_deg, abs=1.6)  # of the full curve


def test_mean_walk_of_the_unimpaired_lies_within_one_sd_of_its_source():
    phase = np.arange(40) / 40
    by_person = []
    for _, done in walks(24):
        steady = slice(45, -45)
        cycles = np.mod(done.tracks.phase[steady], 1)
        order = np.argsort(cycles)
        angles = done.angles_deg[steady][order]
        by_person.append([np.interp(phase, cycles[order], column) for column in angles.T])
    mean = np.mean(by_person, axis=0)
    for joint in ("hip_flexion", "knee_angle", "ankle_angle", "hip_adduction", "hip_rotation",
                  "lumbar_extension", "lumbar_bending", "lumbar_rotation"):  # fmt: skip
        entry = numbers()[0]["curves"][joint]
        name = joint if joint in INDEX else f"{joint}_r"
        source = np.tile(curve(entry), (len(INDEX), 1))
        difference = mean[INDEX[name]] - evaluate(source, phase)[:, 0]
        assert np.sqrt(np.mean(difference**2)) < 0.6 * entry["sd_deg"], joint
        assert np.abs(difference).max() < entry["sd_deg"], joint


@pytest.mark.parametrize("diagnosis", IMPAIRMENTS)
def test_stance_foot_stays_planted(diagnosis):
    who, done = trial("overground walking", seed=1, diagnosis=diagnosis)
    points, toe = contact_points(done.angles_deg, np.radians(done.tracks.heading_deg), who.scale)
    weight = stance(done.tracks.phase, done.gait.double_support)
    walking = done.tracks.ways["forward"] > 0.999  # not while starting or stopping
    placed = points + done.pelvis_m[:, None, None, :]
    slips = []
    for side in range(2):
        for point, share in ((0, 1 - toe[:, side]), (1, toe[:, side])):
            alone = walking & (weight[:, side] > 0.999) & (share > 0.9)
            both = alone[1:] & alone[:-1]
            moved = np.diff(placed[:, side, point], axis=0)[both]
            slips += np.hypot(moved[:, 0], moved[:, 2]).tolist()
    pelvis_step_m = np.median(np.hypot(*np.diff(done.pelvis_m, axis=0).T[[0, 2]]))
    assert len(slips) > 20
    assert np.max(slips) < 0.1 * pelvis_step_m


@pytest.mark.parametrize("diagnosis", IMPAIRMENTS)
def test_speed_label_is_the_distance_between_footfalls(diagnosis):
    for seed in range(4):
        who, done = trial("overground walking", seed=seed, diagnosis=diagnosis)
        time_s, strikes_s = done.tracks.time_s, done.strikes_s[1:-1]
        turned = orientation(done.angles_deg, np.radians(done.tracks.heading_deg))
        angles = np.radians(done.angles_deg[:, :N_JOINTS])
        legs = leg_positions(done.pelvis_m, turned, angles, who.scale)
        # Where each foot stands in the middle of its stance, one strike after the other.
        middle_s = np.array(strikes_s) + 0.25 * 2 * done.gait.step_s
        sides = np.round(2 * np.interp(strikes_s, time_s, done.tracks.phase)).astype(int) % 2
        ankle = [
            [np.interp(t, time_s, legs[f"ankle_{'rl'[side]}"][:, axis]) for axis in (0, 2)]
            for t, side in zip(middle_s, sides, strict=True)
            if t < time_s[-1] - 0.3
        ]
        whole = (len(ankle) - 1) // 2 * 2  # the same foot twice: whole strides
        metres = np.hypot(*(np.array(ankle[whole]) - ankle[0]))
        speed = metres / (middle_s[whole] - middle_s[0])
        assert done.labels["walking_speed_m_s"] == pytest.approx(speed, rel=0.06)


def test_cadence_label_is_the_spectral_cadence_of_the_hip():
    for _, done in walks(12):
        time_s, strikes_s = done.tracks.time_s, done.strikes_s
        inside = (time_s >= strikes_s[1]) & (time_s <= strikes_s[-2])
        hip = done.angles_deg[inside, INDEX["hip_flexion_r"]]
        windowed = (hip - hip.mean()) * np.hanning(len(hip))
        power = np.abs(np.fft.rfft(windowed, 1 << 15))
        strides_hz = np.fft.rfftfreq(1 << 15, 1 / RATE_HZ)[power.argmax()]
        assert done.labels["cadence_steps_min"] == pytest.approx(120 * strides_hz, rel=0.02)


def test_speed_and_cadence_are_those_of_adults():
    speed, cadence = np.array([list(done.labels.values()) for _, done in walks(24)]).T
    assert 1.15 < speed.mean() < 1.5
    assert 100 < cadence.mean() < 120
    step_per_cadence = speed * 60 / cadence**2
    assert step_per_cadence.mean() == pytest.approx(0.0065, rel=0.1)


def test_impaired_walk_slower():
    healthy = np.mean([done.labels["walking_speed_m_s"] for _, done in walks(24)])
    for diagnosis in IMPAIRMENTS[1:]:
        speed = np.mean([done.labels["walking_speed_m_s"] for _, done in walks(16, diagnosis)])
        assert 0.2 < speed < 0.9 * healthy


@pytest.mark.parametrize(
    ("activity", "label"), [("timed up and go", "tug_s"), ("four square step test", "fsst_s")]
)
def test_timed_label_is_the_sum_of_the_phases(activity, label):
    _, done = trial(activity)
    phases = [s for s in done.segments if s.name not in ("lead-in", "lead-out")]
    assert done.labels[label] == pytest.approx(sum(s.stop_s - s.start_s for s in phases))
    whole_s = done.segments[-1].stop_s
    leads = [s.stop_s - s.start_s for s in (done.segments[0], done.segments[-1])]
    assert all(0.5 <= lead <= 4 for lead in leads)
    assert done.labels[label] == pytest.approx(whole_s - sum(leads))


def test_timed_up_and_go_time_is_seen_in_the_movement():
    _, done = trial("timed up and go")
    knee = done.angles_deg[:, INDEX["knee_angle_r"]]
    seated = np.abs(knee - np.median(knee[:10])) < 4
    up = np.flatnonzero(~seated)
    assert done.labels["tug_s"] == pytest.approx((up[-1] - up[0]) / RATE_HZ, abs=0.8)
    ends_m = np.hypot(*(done.pelvis_m[-1] - done.pelvis_m[0])[[0, 2]])
    assert ends_m < 0.8
    assert 2.0 < np.ptp(done.pelvis_m[:, 0]) < 4.5


def test_length_of_a_timed_trial_does_not_give_the_time_away():
    seeds = range(30)
    done = [trial("timed up and go", seed=seed)[1] for seed in seeds]
    lengths_s = np.array([d.tracks.time_s[-1] for d in done])
    times_s = np.array([d.labels["tug_s"] for d in done])
    assert np.corrcoef(lengths_s, times_s)[0, 1] < 0.9
    assert np.std(lengths_s - times_s) > 1.0


def test_four_squares_end_where_they_began():
    _, done = trial("four square step test")
    ends_m = np.hypot(*(done.pelvis_m[-1] - done.pelvis_m[0])[[0, 2]])
    assert ends_m < 0.8
    assert np.ptp(done.pelvis_m[:, 2]) > 0.2


def test_stairs_go_up_and_down():
    rise = {way: trial("stairs", way)[1].pelvis_m[[0, -1], 1] for way in ("up", "down")}
    assert 0.5 < rise["up"][1] - rise["up"][0] < 3
    assert -3 < rise["down"][1] - rise["down"][0] < -0.5


def test_backward_walking_goes_backward():
    assert trial("backward walking")[1].pelvis_m[-1, 0] < -1


@pytest.mark.parametrize("diagnosis", IMPAIRMENTS)
@pytest.mark.parametrize(("activity", "condition"), ACTIVITIES)
def test_every_activity_is_finite_smooth_and_in_range(activity, condition, diagnosis):
    _, done = trial(activity, condition, seed=3, diagnosis=diagnosis)
    assert np.isfinite(done.angles_deg).all()
    assert np.isfinite(done.pelvis_m).all()
    assert 2 < done.tracks.time_s[-1] < 150
    jump_deg = np.abs(np.diff(done.angles_deg[:, :N_JOINTS], axis=0)).max()
    assert jump_deg < 45  # 1,350 deg/s: no frame is torn from the next
    assert 0.3 < done.pelvis_m[0, 1] < 1.2
    measured = np.radians(done.measured_deg[:, :N_JOINTS])
    for column, joint in zip(measured.T, JOINTS, strict=True):
        assert np.nanmin(column) >= joint.low_rad - 1e-6, joint.name
        assert np.nanmax(column) <= joint.high_rad + 1e-6, joint.name
    lost = np.isnan(done.measured_deg)
    longest = max((_longest_run(column) for column in lost.T), default=0)
    assert longest <= 0.5 * RATE_HZ * 2  # two gaps may touch


def _longest_run(lost: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lost.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def test_evaluation_of_a_pattern_gives_the_left_leg_half_a_cycle_later():
    pattern = np.zeros((len(INDEX), 13))
    pattern[[INDEX["hip_flexion_r"], INDEX["hip_flexion_l"]], 1] = 10
    angles = evaluate(pattern, GRID)
    right, left = angles[:, INDEX["hip_flexion_r"]], angles[:, INDEX["hip_flexion_l"]]
    np.testing.assert_allclose(left, np.roll(right, len(GRID) // 2), atol=1e-9)
