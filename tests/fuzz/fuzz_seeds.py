"""Valid files that the fuzz starts from, and the words of each format."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from tests.helpers.bombs import LEGS, archive, npy, npy_that_claims, parquet_of_zeros
from tests.helpers.joint_centre_files import csv_of, joint_centres, trc_of, walk
from tests.helpers.motion_files import PELVIS, gait, mot, rows
from tests.helpers.paths import ROOT
from tests.helpers.session_files import mvn_angles, mvnx, sagittal, visual3d
from tests.helpers.skeleton_files import bvh

PARTS = b"\x1e\n"  # between participants.tsv and trials.tsv of one case
PEOPLE = (
    "participant_id\tsplit_group\timpaired\theight_m\n007\tn/a\tyes\t1.80\nB\tfam\tno\tn/a\n"
    'C-1\t\tyes\t"1,7"\n'
)
TRIALS = (
    "trial_id\tparticipant_id\tfile\tactivity\tframe_rate_hz\tangle_unit\tcoordinate_map\n"
    "t1\t007\tx.mot\twalking\t60\tdeg\tn/a\nt2\tB\ta/y.csv\tn/a\tn/a\trad\town\n"
    "t3\tC-1\tz.npz\trunning\tn/a\tn/a\tlocomujoco\n"
)
FOLDS = "fold\tparticipant_id\tsplit\nf1\t007\ttrain\nf1\tB\ttest\nf1\tC-1\tvalidation\n"
ROWS = "time\thip\n0\t1.5\n0.1\t2.5\n"
HEADER = f"Coordinates\nversion=1\nnRows=2\nnColumns=2\ninDegrees=yes\n\nendheader\n{ROWS}"
SKELETON = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT RightLeg
  {
    OFFSET 0 -40 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -1 5
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.01
0 1 2 3 4 5 6 7 8
0 1 2 3 4 5 6 7 9
"""
OVERLAY = """
run: mine
split: {scheme: kfold, folds: 3, stratify_by: [impaired]}
ingest: {shards: 2, min_leg_joints: 6}
tasks: {fsst: null, mine: {kind: classification, label: side, options: ["left", "right"]}}
variants: {second: {tokenizer: compact, base_model: tiny, tasks: [mine],
  lora: {rank: 4, alpha: 8, dropout: 0.1}, finetune: {epochs: 2}}}
baselines: {xgboost: null, other: {kind: majority}}
cohorts: [{name: a, path: /data/a, role: both}, {name: b, role: train}]
"""
WORDS = {
    "mot": b"endheader nRows= nColumns= inDegrees=yes inDegrees=no datacolumns datarows time "
    b"/jointset/hip_r/hip_flexion_r/value /speed nRows=999999999999 version=1 knee_angle_r",
    "headers": b"endheader nRows= nColumns= inDegrees=yes datacolumns datarows time 99999999999",
    "tsv": b"participant_id trial_id file n/a split_group impaired",
    "csv": b"endheader time Time(s) hip_flexion_r knee_angle_l LHipAngles_x inDegrees=no "
    b"Model Outputs deg # clip subject S:LHipAngles_x #DIV/0! -1.#IND Speeds Frame",
    "npz": b"<f8 <f4 |u1 |O <M8[s] |S8 >f8 <c16 True (6,) (0,) (2,3) () q_ dq_ .npy time frequency "
    b"split_points qpos poses trans",
    "points": b"Left Right left_hip_x pelvis_x_mm S:left_hip_x clip time nan 0 1e300 -32.768",
    "trc": b"Units mm cm m Frame# Time X1 S:left_hip nan 0 99999999999",
    "json": b"fps frames data people pose_world_landmarks pose_landmarks timestamp_ms keypoints3D "
    b"null NaN Infinity true [] {} [[[[ 1e999 visibility",
    "mvnx": b"<subject <frame <joint jointAngle frameRate= index= type=normal label= &amp; <!DOCTYPE "
    b"<!ENTITY a &a; <![CDATA[ </frames> jRightHip nan 1e999 0",
    "txt": b"ITEM TIME X Y Z ORIGINAL LINK_MODEL_BASED FRAME_NUMBERS RightHipAngles_Theia a.c3d nan 0",
    "npy": b"<f8 <f4 |u1 |O >f8 <c16 True (6,24,3) (6,24,4) (0,) () (99999999999,1,3)",
    "bvh": b"HIERARCHY ROOT JOINT End { } OFFSET CHANNELS MOTION Frames: Zrotation Xposition",
    "tables": b"participant_id trial_id file split_group frame_rate_hz angle_unit n/a x.mot loop "
    b"../secret.mot link/secret.mot a/../x.mot fifo deg rad own cohort +1 =A1 @x -x",
    "folds": b"fold participant_id split train validation test holdout fold-0 tables logs f1",
    "map": b"coordinates: knee_flexion: recognise: required: ignore: aliases: sum: {s} {S} {Side} "
    b"sum_if_present: offset_deg: frame_rate_hz: negative hip_flexion_r !!binary &a *a <<: [ ] { } "
    b"!!python/object/apply:os.system 2001-99-99 .nan .inf ~ null - ? | > %YAML --- ...",
    "phrasing": b"train: held_out: {unit} {options} {} {0} {unit!r:>99999999} {unit.__class__} {{ }} "
    b"&a *a <<: ? !!binary !!set 2001-99-99 .nan null - | > --- ... [ ] { }",
    "overlay": b"run: split: folds: shards: tasks: variants: null .nan .inf 1e5 [] {} &a *a <<: yes "
    b"no ../x a/b 999999999999 -1 0 1.5 true cohorts: path: name: role: options: label: tables",
}


AXES = ",".join("XYZ" * 4)
ANGLES_ROW = ",".join(["10"] * 6 + ["30"] * 6)
NEXUS = (
    f"Devices\n1000\n,,Plate\nFrame,Sub Frame,Fx\n,,N\n1,0,3\n\nModel Outputs\n100\n"
    f",,S:LHipAngles,,,S:RHipAngles,,,S:LKneeAngles,,,S:RKneeAngles,,\nFrame,Sub Frame,{AXES}\n"
    f",,{','.join(['deg'] * 12)}\n1,0,{ANGLES_ROW}\n2,0,{ANGLES_ROW[:-1]}1\n3,0,{ANGLES_ROW}\n\nEvents\n"
)
PYCGM = (
    f"# ,Joint Angle,,,\n# ,R Hip,,,L Hip,,,R Knee,,,L Knee,,,\n# frame num,{AXES},\n0.0,{ANGLES_ROW}\n"
    f"1.0,{ANGLES_ROW[:-1]}1\n"
)


def seeds() -> dict[str, list[bytes]]:
    """Target -> valid files to damage."""
    small = {n: v for n, v in gait(n_frames=7).items() if n in ("time", *LEGS)}
    legs = {n: v for n, v in gait(n_frames=7).items() if n.startswith(("time", "hip", "knee"))}
    whole = gait(n_frames=5)
    states = {n if n == "time" else f"/jointset/j/{n}/value": v for n, v in small.items()}
    states["/jointset/j/knee_angle_r/speed"] = small["time"]
    centres, time_s = joint_centres("smpl", *walk(n_frames=6)), np.arange(6) / 60
    poses = np.stack(list(centres.values()), axis=1).round(3)  # (T, K, 3)
    texts = {
        "mot": [mot(small), mot(legs | {n: whole[n][0] + legs["time"] for n in PELVIS}),
                mot(states, "no"), mot(whole, header="whole\nnRows 5\nnColumns 42\nendheader\n"),
                mot(small, header="a\nDataColumns 5\nDataRows 7\n\nendheader\n")],
        "csv": [rows(small, ","), rows(legs, ";").replace(".", ","), rows(small), rows(small, " "),
                mot(small).replace("\t", ","), rows(small | {"event": small["time"] * 0}, ","), NEXUS, PYCGM],
        "points": [csv_of(centres, time_s), csv_of(centres, time_s).partition("\n")[2]],
        "trc": [trc_of(centres, time_s)],
        "mvnx": [mvnx(mvn_angles(whole))],
        "txt": [visual3d(sagittal(whole, "{side}{joint}Angles_Theia"), whole["time"]),
                visual3d(sagittal(whole, "{side} {joint} Angles", -1))],
        "json": [json.dumps({"fps": 60, "frames": poses.tolist()}),
                 json.dumps([{"timestamp_ms": 16 * i, "pose_world_landmarks": frame}
                             for i, frame in enumerate(poses.tolist())])],
        "bvh": [bvh({}, n_frames=3), SKELETON, SKELETON, SKELETON],
        "headers": [HEADER, "x\nnRows 5\nnColumns 2\nendheader\n" + ROWS.replace("\t", " "), ROWS],
        "tsv": [PEOPLE, TRIALS],
        "tables": [PEOPLE + PARTS.decode() + TRIALS],
        "folds": [FOLDS],
        "overlay": [OVERLAY, *(p.read_text() for p in sorted((ROOT / "presets").glob("*.yaml")))],
    }  # fmt: skip
    seed_files = {name: [text.encode() for text in group] for name, group in texts.items()}
    for name, folder in (("map", "coordinate_maps"), ("phrasing", "phrasings")):
        paths = sorted((ROOT / "resources" / folder).glob("*.yaml"))
        seed_files[name] = [_cut(path) for path in paths] + YAML_BOMBS
    claim = archive({"q_hip_flexion_r.npy": npy_that_claims((10**12,))})
    seed_files["npz"] = [_npz(), _npz(stored=False), claim, _npz_of_zeros()]
    seed_files["parquet"] = [_parquet(), _parquet(compression="gzip"), parquet_of_zeros(2_500_000)]
    seed_files["c3d"] = [_c3d()]
    seed_files["npy"] = [npy(poses)]
    return seed_files


def _cut(path: Path) -> bytes:
    """A YAML file that is quick to read: every ninth line of what is set in."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    kept = [line for k, line in enumerate(lines) if not line.startswith(" ") or k % 9 == 1]
    return "\n".join(
        line[:90] + '"' * (line.endswith('"') and len(line) > 90) for line in kept
    ).encode()


YAML_BOMBS = [
    b"a: &a [x, x]\nb: &b [*a, *a]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (k, k, k - 1, k - 1)
    for k in range(ord("c"), ord("z"))) + b"train: *y\nheld_out: *y\ncoordinates: {hip_flexion_r: *y}\n",
    b"coordinates: &a {hip_flexion_r: *a}\nknee_flexion: positive\n",
    b"[" * 400,
]  # fmt: skip


def _arrays() -> dict[str, np.ndarray]:
    arrays = {f"q_{n}": np.radians(v) for n, v in gait(6, 500, -1).items() if n in LEGS}
    return arrays | {"dq_knee_angle_r": np.ones(6), "frequency": np.array(500.0)}


def _npz(stored: bool = True) -> bytes:
    buffer = io.BytesIO()
    (np.savez if stored else np.savez_compressed)(buffer, **_arrays())
    return buffer.getvalue()


def _npz_of_zeros() -> bytes:
    """A hundred kilobytes that unpack to a hundred million, and a member that is no array."""
    zeros = npy(np.zeros(4_000_000))
    return archive({f"q_{k}.npy": zeros for k in range(3)} | {"a": b"x"})


def _parquet(**options: str) -> bytes:
    buffer = io.BytesIO()
    columns = {n: v for n, v in gait(n_frames=6).items() if n in ("time", *LEGS)}
    frame = pd.DataFrame(columns | {"note": ["a", None] * 3, "whole": range(6)})
    frame.to_parquet(buffer, index=False, **options)
    return buffer.getvalue()


def _c3d() -> bytes:
    """A C3D file as the package `c3d` writes it, with the angles of Plug-in Gait."""
    import c3d

    names = ["LHipAngles", "RHipAngles", "LKneeAngles", "RKneeAngles", "LASI"]
    writer = c3d.Writer(point_rate=100)
    for k in range(6):
        points = np.zeros((len(names), 5), np.float32)
        points[:, :3] = 10 + 5 * k
        writer.add_frames([(points, np.zeros((1, 0)))])
    writer.set_point_labels(names)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def config_text() -> str:
    """config.yaml, as JSON so that a copy of it is quick to make."""
    return json.dumps(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
