"""Sessions and exports as programs leave them, of the made-up walk of `motion_files.gait`."""

from pathlib import Path

import numpy as np

from tests.helpers.bombs import archive
from tests.helpers.motion_files import gait, mot

METADATA = """\
calibrationSettings:
  overwriteDeployedIntrinsics: false
gender_mf: {sex}
height_m: {height}
iphoneModel:
  Cam0: iPhone13,3
mass_kg: 83.0
openSimModel: LaiUhlrich2022
subjectID: {person}
"""
SPINE, NECK = ("jL5S1", "jL4L3", "jL1T12", "jT9T8"), ("jT1C7", "jC1Head")
ARM = ("T4Shoulder", "Shoulder", "Elbow", "Wrist")
LEG = ("Hip", "Knee", "Ankle", "BallFoot")
MVN_JOINTS = [*SPINE, *NECK] + [
    f"j{side}{joint}" for limb in (ARM, LEG) for side in ("Right", "Left") for joint in limb
]


def opencap_session(folder: Path, person="P01", trials=("walk",), height="1.86", sex="m") -> Path:
    """An OpenCap session as it is downloaded; `person` as it stands in the metadata."""
    kinematics = folder / "OpenSimData/Kinematics"
    kinematics.mkdir(parents=True)
    for trial in trials:
        (kinematics / f"{trial}.mot").write_text(mot(gait()))
    (folder / "MarkerData").mkdir()
    (folder / "MarkerData/neutral.trc").write_text("no recording of its own")
    (folder / "README.txt").write_text("Thank you for using OpenCap!\n")
    metadata = METADATA.format(person=person, height=height, sex=sex)
    (folder / "sessionMetadata.yaml").write_text(metadata)
    return folder


def mvn_angles(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Joint -> (T, 3) as Xsens MVN writes it, of angles in degrees with knee flexion positive.

    x is abduction on both sides, or bending to the right; y internal rotation, or turning to the left; z
    flexion. The spine's four joints and the neck's two have equal parts of it.
    """
    zeros = np.zeros(len(columns["time"]))
    joints = {}
    for side, letter in (("Right", "r"), ("Left", "l")):
        own = {name.removesuffix(f"_{letter}"): values for name, values in columns.items()}
        joints[f"j{side}Hip"] = [-own["hip_adduction"], own["hip_rotation"], own["hip_flexion"]]
        joints[f"j{side}Knee"] = [zeros + 1, zeros + 2, own["knee_angle"]]
        joints[f"j{side}Ankle"] = [zeros, zeros, own["ankle_angle"]]
        joints[f"j{side}Elbow"] = [zeros, zeros, own["elbow_flex"]]
    trunk = [columns["lumbar_bending"], columns["lumbar_rotation"], -columns["lumbar_extension"]]
    joints |= dict.fromkeys(SPINE, np.array(trunk) / 4)
    return {name: np.stack(joints.get(name, [zeros, zeros, zeros]), axis=1) for name in MVN_JOINTS}


def mvnx(
    joints: dict[str, np.ndarray], rate_hz: float = 60, numbers=None, subjects: int = 1
) -> str:
    """An `.mvnx` file of joint angles (T, 3) in degrees, with the poses before its frames."""
    table = np.concatenate(list(joints.values()), axis=1)
    numbers = range(len(table)) if numbers is None else numbers
    frames = [
        f'<frame time="{1000 * number / rate_hz:.0f}" index="{number}" type="normal">'
        f"<position>0 0 1</position><jointAngle>{' '.join(f'{v:.6f}' for v in row)}</jointAngle>"
        "<jointAngleXZY>1 2 3</jointAngleXZY></frame>"
        for number, row in zip(numbers, table, strict=True)
    ]
    poses = [f'<frame time="0" type="{pose}"/>' for pose in ("identity", "tpose", "tpose-isb")]
    labels = "".join(f'<joint label="{name}"><connector1>a</connector1></joint>' for name in joints)
    subject = (
        f'<subject label="MVN System 1" frameRate="{rate_hz:g}"><joints>{labels}</joints>'
        f'<frames jointCount="{len(joints)}">{"".join([*poses, *frames])}</frames></subject>'
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<mvnx xmlns="http://www.xsens.com/mvn/mvnx">'
    return f'{head}<mvn version="2019.0.0"/>{subject * subjects}</mvnx>'


def visual3d(
    signals: dict[str, np.ndarray],
    time_s: np.ndarray | None = None,
    source: str = r"C:\a\walk1.c3d",
) -> str:
    """An ASCII export of Visual3D of signals (T, 3) in degrees; with `time_s` also the signal TIME."""
    names = [name for name in signals for _ in "XYZ"]
    head = [[source] * len(names), names, ["LINK_MODEL_BASED"] * len(names)]
    head += [["ORIGINAL"] * len(names), list("XYZ") * len(signals)]
    values = np.concatenate(list(signals.values()), axis=1)
    if time_s is not None:
        clock = (source, "TIME", "FRAME_NUMBERS", "ORIGINAL", "X")
        head = [[cell, *row] for cell, row in zip(clock, head, strict=True)]
        values = np.column_stack([time_s, values])
    lines = [
        "\t".join([first, *row]) for first, row in zip(["", "", "", "", "ITEM"], head, strict=True)
    ]
    lines += [
        "\t".join([str(number), *(f"{value:.5f}" for value in row)])
        for number, row in enumerate(values, start=1)
    ]
    return "\r\n".join([*lines, ""])


def sagittal(columns: dict[str, np.ndarray], name: str, knee: int = 1) -> dict[str, np.ndarray]:
    """Signals (T, 3) whose X is flexion; `name` has {side} and {joint}, `knee` is the sign of its flexion."""
    signals = {}
    for side in ("Right", "Left"):
        for joint, coordinate in (
            ("Hip", "hip_flexion"),
            ("Knee", "knee_angle"),
            ("Ankle", "ankle_angle"),
        ):
            flexion = columns[f"{coordinate}_{side[0].lower()}"] * (knee if joint == "Knee" else 1)
            signals[name.format(side=side, joint=joint)] = np.stack(
                [flexion, flexion / 9, flexion / 8], axis=1
            )
    return signals


def nexus(subject: str = "P07", n_rows: int = 60) -> str:
    """An ASCII export of Vicon Nexus of a walk, at 100 frames a second; `subject` may be empty."""
    columns = gait(n_rows, 100)
    labels = [f"{side}{joint}Angles" for joint in ("Hip", "Knee", "Ankle") for side in "LR"]
    prefix = f"{subject}:" if subject else ""
    values = [
        columns[f"{name}_{side.lower()}"]
        for name in ("hip_flexion", "knee_angle", "ankle_angle")
        for side in "LR"
    ]
    rows = [
        ",".join([str(i), "0", *(f"{column[i - 1]:.4f},1,2" for column in values)])
        for i in range(1, n_rows + 1)
    ]
    head = ["Model Outputs", "100", ",," + ",,,".join(f"{prefix}{label}" for label in labels)]
    head += [
        "Frame,Sub Frame," + ",".join("XYZ" * len(labels)),
        ",," + ",".join(["deg"] * 3 * len(labels)),
    ]
    return "\n".join([*head, *rows, ""])


def tables(folder: Path) -> tuple[str, str]:
    return tuple((folder / name).read_text() for name in ("participants.tsv", "trials.tsv"))


def zipped(folder: Path) -> bytes:
    """The folder's files as an archive, under the folder's name."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return archive(
        {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in files}
    )


def remark(imported, words: str) -> str:
    """The one remark with these words."""
    (only,) = [text for text in imported.remarks if words in text]
    return only
