"""What other programs write: read where it can be, and refused with advice that helps where not."""

import numpy as np
import pytest

from tests.helpers.c3d_files import c3d_file, walking_labels
from tests.helpers.motion_files import gait, ingest, mot, rotations, rows
from tests.recordings.test_hostile_files import npz, parquet

KNEE_DEG = gait(knee=-1)["knee_angle_r"]


def refusal(outcome, problem):
    assert outcome.problems() == [problem]
    return outcome.issues[0].detail


@pytest.mark.parametrize(
    "title",
    ["Position Errors", "PositionErrors", "Speeds", "Accelerations", "Actuator Powers", "name Speeds",
     "Inverse Dynamics Generalized Forces", "Activations", "trial_pErr.sto", "walk_Kinematics_u"],
)  # fmt: skip
def test_titles_of_other_quantities_are_refused_whatever_their_size(tmp_path, title):
    text = mot(gait()).replace("Coordinates", title, 1)
    for name in ("a.sto", "b.mot", "c.csv"):
        refusal(ingest(tmp_path, name, text), "not_motion")


@pytest.mark.parametrize("name", ["rra_pErr.sto", "walk_Kinematics_dudt.csv", "x_Kinematics_u.mot"])
def test_file_names_of_errors_and_speeds_are_refused(tmp_path, name):
    text = rows(gait(), ",") if name.endswith("csv") else mot(gait())
    assert "(_q)" in refusal(ingest(tmp_path, name, text), "not_motion")


@pytest.mark.parametrize(
    "title", ["fast_speed_01", "walk at 1.2 speeds", "S02_walk_forces", "normal gait"]
)
def test_titles_of_trials_are_no_quantities(tmp_path, title):
    text = mot(gait()).replace("Coordinates", title, 1)
    assert ingest(tmp_path, f"{title}.mot", text).frames is not None


def test_a_table_of_speeds_alone_is_told_from_coordinates(tmp_path):
    columns = {n if n == "time" else f"/jointset/j/{n}/speed": v for n, v in gait().items()}
    columns.pop("time")
    assert "speeds only" in refusal(ingest(tmp_path, "a.sto", mot(columns)), "not_motion")


def test_a_coordinate_beside_its_own_state_path_is_reported(tmp_path):
    columns = gait() | {"/jointset/walker_knee_r/knee_angle_r/value": 0 * gait()["time"]}
    outcome = ingest(tmp_path, "a.sto", mot(columns))
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    (detail,) = [i.detail for i in outcome.issues if i.problem == "duplicate_columns"]
    assert detail.endswith("knee_angle_r")


@pytest.mark.parametrize(("word", "factor"), [("n", np.pi / 180), ("y", 1), ("False", np.pi / 180)])
def test_short_words_for_the_unit(tmp_path, word, factor):
    outcome = ingest(tmp_path, "a.mot", mot(rotations(gait(), factor), word))
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    assert "unit_inferred" not in outcome.problems()


def nexus(columns, labels, rate="100", units="deg"):
    """An ASCII export of Vicon Nexus with forces before and markers behind the angles."""
    axes = ",".join(["Frame", "Sub Frame", *["X", "Y", "Z"] * len(labels)])
    lines = ["Devices", "1000", ",,Plate", "Frame,Sub Frame,Fx", ",,N", "1,0,3.5", "1,1,3.6", ""]
    lines += ["Model Outputs", rate, ",," + ",".join(f"{label},," for label in labels), axes]
    lines += [",," + ",".join([units] * 3 * len(labels))]
    for index, row in enumerate(np.concatenate(list(columns), axis=1)):
        lines.append(",".join([str(index + 12), "0", *(f"{value:.6g}" for value in row)]))
    lines += [
        "",
        "Trajectories",
        "100",
        ",,LASI,,",
        "Frame,Sub Frame,X,Y,Z",
        ",,mm,mm,mm",
        "1,0,1,2,3",
    ]
    return "\r\n".join(lines) + "\r\n"


def test_the_model_outputs_of_an_ascii_export_are_read(tmp_path):
    points = walking_labels("Anna:")
    points["Anna:RHipAngles"][30] = np.nan
    text = nexus(points.values(), points).replace("nan", "")
    outcome = ingest(tmp_path, "a.csv", text)
    assert outcome.info["coordinate_map"] == "plug_in_gait"
    assert outcome.info["frame_rate_hz"] == pytest.approx(100)
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    assert np.flatnonzero(np.isnan(outcome.angle_deg("hip_flexion_r"))).tolist() == [30]
    assert "unit_inferred" not in outcome.problems()


def test_an_ascii_export_that_cannot_be_read_says_what_to_export(tmp_path):
    points = walking_labels()
    text = nexus(points.values(), points)
    without = text.replace("Model Outputs", "Segments")
    assert "Model Outputs" in refusal(ingest(tmp_path, "a.csv", without), "not_motion")
    refusal(
        ingest(tmp_path, "b.csv", text.replace("Outputs\r\n100", "Outputs\r\nfast")),
        "no_frame_rate",
    )
    powers = {name.replace("Angles", "Power"): values for name, values in points.items()}
    assert "no angles" in refusal(
        ingest(tmp_path, "c.csv", nexus(powers.values(), powers)), "not_motion"
    )
    two = walking_labels("Anna:") | walking_labels("Ben:")
    assert "Anna, Ben" in refusal(
        ingest(tmp_path, "d.csv", nexus(two.values(), two)), "several_recordings"
    )


def test_results_of_pycgm_are_read_with_a_rate(tmp_path):
    points = {n.replace("R", "R ", 1).replace("L", "L ", 1).removesuffix("Angles"): v
              for n, v in walking_labels().items()}  # fmt: skip
    header = [",Joint Angle,,,", ",,,x = flexion/extension angle", "," + ",,,".join(points) + ",,,"]
    header += ["frame num," + "X,Y,Z," * len(points)]
    table = np.concatenate([np.arange(200.0)[:, None], *points.values()], axis=1)
    lines = [f"# {line}" for line in header] + [",".join(f"{v:.15f}" for v in row) for row in table]
    outcome = ingest(tmp_path, "a.csv", "\n".join(lines) + "\n", frame_rate_hz="100")
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    assert "frame_rate_hz" in refusal(ingest(tmp_path, "a.csv", None), "no_frame_rate")
    refusal(ingest(tmp_path, "b.csv", "# notes\n1,2\n"), "unreadable")


@pytest.mark.parametrize("missing", ["AnkleAngles", "KneeAngles", ""])
def test_two_subjects_in_a_c3d_file_are_never_merged(tmp_path, missing):
    anna = {n: v for n, v in walking_labels("Anna:").items() if not missing or missing not in n}
    outcome = ingest(tmp_path, "a.c3d", c3d_file(anna | walking_labels("Ben:")))
    assert "Anna, Ben" in refusal(outcome, "several_recordings")
    alone = ingest(tmp_path, "b.c3d", c3d_file(walking_labels("Ben:")))
    np.testing.assert_allclose(alone.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)


def test_two_subjects_in_a_table_are_never_merged(tmp_path):
    columns = {"time": gait()["time"]}
    for subject in ("Anna:", "Ben:"):
        columns |= {f"{n}_{axis}": v[:, k] for n, v in walking_labels(subject).items()
                    for k, axis in enumerate("xyz")}  # fmt: skip
    for name, content in (("a.csv", rows(columns, ",")), ("b.parquet", parquet(columns))):
        assert "Anna, Ben" in refusal(ingest(tmp_path, name, content), "several_recordings")
    alone = {n: v for n, v in columns.items() if not n.startswith("Anna")}
    outcome = ingest(tmp_path, "c.csv", rows(alone, ","))
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)


def test_two_people_side_by_side_under_the_same_names_are_refused(tmp_path):
    columns = gait()
    columns |= {f"{name}#": values for name, values in gait().items() if name != "time"}
    text = mot(columns).replace("#", "")
    assert "stand twice" in refusal(ingest(tmp_path, "a.mot", text), "several_recordings")


@pytest.mark.parametrize("name", ["clip", "subject_id", "Trial"])
def test_a_column_that_divides_a_table_into_recordings_is_refused(tmp_path, name):
    numbers = gait() | {name: np.repeat([1.0, 2.0], 100)}
    words = gait() | {name: np.repeat(["P1", "P2"], 100)}
    text = rows(numbers, ",").replace("1.000000\n", "P1\n").replace("2.000000\n", "P2\n")
    files = {"a.csv": rows(numbers, ","), "b.csv": text, "c.mot": mot(numbers),
             "d.parquet": parquet(numbers), "e.parquet": parquet(words)}  # fmt: skip
    for file, content in files.items():
        detail = refusal(ingest(tmp_path, file, content), "several_recordings")
        assert f"column '{name}' names 2 recordings" in detail
    constant = gait() | {name: np.ones(200)}
    assert ingest(tmp_path, "f.csv", rows(constant, ",")).frames is not None
    counter = gait() | {name: np.arange(200.0)}
    assert ingest(tmp_path, "g.csv", rows(counter, ",")).frames is not None


def archive(n_frames=500, **more):
    columns = {f"q_{n}": np.radians(v) for n, v in gait(n_frames, 500, -1).items() if n != "time"}
    return columns | {f"d{n}": np.gradient(v, 1 / 500) for n, v in columns.items()} | more


def test_several_clips_in_one_archive_are_refused(tmp_path):
    clips = npz(**archive(split_points=np.array([0, 200, 350, 500])))
    assert "into 3 clips" in refusal(ingest(tmp_path, "a.npz", clips), "several_recordings")
    outcome = ingest(tmp_path, "b.npz", npz(**archive(split_points=np.array([0, 500]))))
    assert len(outcome.frames) == 500


def test_arrays_of_another_shape_are_named(tmp_path):
    content = npz(**archive(goal=np.zeros(3), contact=np.zeros((500, 2))))
    (detail,) = [
        i.detail for i in ingest(tmp_path, "a.npz", content).issues if i.problem == "ignored_arrays"
    ]
    assert detail.endswith("contact, goal")


def test_frame_numbers_in_an_archive_are_no_time(tmp_path):
    content = npz(**archive(time=np.arange(500.0)))
    assert "frame numbers?" in refusal(ingest(tmp_path, "a.npz", content), "no_frame_rate")


def test_velocities_of_a_clip_that_barely_moves_suggest_no_rate(tmp_path):
    noise = np.random.default_rng(0)
    still = archive()
    for name in still:
        start = still[name][0]
        still[name] = (
            start + 1e-4 * noise.normal(size=500) if name[0] == "q" else noise.normal(size=500)
        )
    still["q_knee_angle_r"] += np.linspace(0, 0.1, 500)
    outcome = ingest(tmp_path, "a.npz", npz(**still))
    assert "no_frame_rate" not in outcome.problems()
    assert "rate_assumed" in outcome.problems()


@pytest.mark.parametrize(
    ("arrays", "advice"),
    [
        ({"poses": np.zeros((9, 156)), "trans": np.zeros((9, 3)), "betas": np.zeros(16)}, "AMASS"),
        ({"qpos": np.zeros((9, 30)), "qvel": np.zeros((9, 29))}, "LocoMuJoCo from 1.0 on"),
    ],
)
def test_archives_of_other_programs_get_their_own_advice(tmp_path, arrays, advice):
    assert advice in refusal(ingest(tmp_path, "a.npz", npz(**arrays)), "not_motion")


@pytest.mark.parametrize("joint", ["q_back_bkz", "q_l_arm_shy", "q_left_ankle_roll_joint"])
def test_a_robot_is_no_person(tmp_path, joint):
    content = npz(**archive(**{joint: np.zeros(500)}))
    assert f"{joint} is a joint of a robot" in refusal(
        ingest(tmp_path, "a.npz", content), "not_motion"
    )


def test_a_file_of_one_leg_names_what_is_missing(tmp_path):
    columns = {n: v for n, v in gait().items() if not n.endswith("_l")}
    detail = refusal(ingest(tmp_path, "a.mot", mot(columns)), "too_few_joints")
    assert detail.startswith("no column hip_flexion_l,")
    assert "hip_flexion_r" not in detail


def test_rotation_matrices_of_theia_are_called_that(tmp_path):
    def add(writer):
        group = writer.add_group(60, "ROTATION", "")
        group.add_str("LABELS", "", "pelvis_4X4", 10, 1)

    detail = refusal(
        ingest(
            tmp_path, "a.c3d", c3d_file({"LASI": np.ones((9, 3)), "RASI": np.ones((9, 3))}, add=add)
        ),
        "not_motion",
    )
    assert "Theia" in detail
    detail = refusal(
        ingest(tmp_path, "b.c3d", c3d_file({"LASI": np.ones((9, 3)), "RASI": np.ones((9, 3))})),
        "not_motion",
    )
    assert "Plug-in Gait" in detail


def test_a_parameter_named_twice_is_read_as_its_first(tmp_path):
    content = c3d_file(
        walking_labels(), add=lambda w: w.point_group.set_str("ANGLE_UNITZ", "", "rad", 3)
    )
    outcome = ingest(tmp_path, "a.c3d", content.replace(b"ANGLE_UNITZ", b"ANGLE_UNITS"))
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    assert "duplicate_parameters" in outcome.problems()


@pytest.mark.parametrize(
    "ending", [".mvn", ".fbx", ".cmz", ".b3d", ".mat", ".zip", ".MVN", ".xlsx"]
)
def test_each_format_of_the_field_gets_a_sentence(tmp_path, ending):
    detail = refusal(ingest(tmp_path, f"a{ending}", b"x"), "unknown_format")
    assert detail.startswith(f"'{ending}' (")
    assert "(" not in refusal(ingest(tmp_path, "a.docx", b"x"), "unknown_format")
