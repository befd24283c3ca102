"""A BVH file with the joints of the gait data set of Rueangsirarak and colleagues."""

import numpy as np

CHANNELS = ("Zrotation", "Xrotation", "Yrotation")
TREE = {
    "Hips": {
        "RightUpLeg": {"RightLeg": {"RightFoot": {"RightToes": {}}}},
        "Spine": {
            "Spine1": {
                "HEad": {},
                "LeftShoulder1": {"LeftArm": {"LeftForeArm": {"LeftHand": {}}}},
                "RightShoulder": {"RightArm": {"RightForeArm": {"RightHand": {}}}},
            }
        },
        "LeftUpLeg": {"LeftLeg": {"LeftFoot": {"LeftToes": {}}}},
    }
}


OFFSETS = {"Hips": "0 95 0", "Spine": "0 12 0", "Spine1": "0 25 0", "HEad": "0 20 0"}


def _offset(name: str) -> str:
    if name in OFFSETS:
        return OFFSETS[name]
    out = "" if name.startswith("Left") else "-"  # X points to the left
    if "Shoulder" in name:
        return f"{out}5 16 0"
    if name.endswith(("Arm", "Hand")):
        return f"{out}28 0 0"
    if name.endswith("Toes"):
        return "0 -4 8"
    return f"{out}9 -8 0" if name.endswith("UpLeg") else "0 -40 0"


def _hierarchy(tree: dict, order: tuple, names: list, depth: int = 0) -> str:
    text, tab = "", "  " * depth
    for name, children in tree.items():
        position = ("Xposition", "Yposition", "Zposition") if depth == 0 else ()
        channels = (*position, *order)
        names += [f"{name}.{channel}" for channel in channels]
        text += (
            f"{tab}{'JOINT' if depth else 'ROOT'} {name}\n{tab}{{\n{tab}  OFFSET {_offset(name)}\n"
        )
        text += f"{tab}  CHANNELS {len(channels)} {' '.join(channels)}\n"
        text += _hierarchy(children, order, names, depth + 1)
        if not children:
            end = "0 12 2" if name == "HEad" else "0 -1 5"
            text += f"{tab}  End Site\n{tab}  {{\n{tab}    OFFSET {end}\n{tab}  }}\n"
        text += f"{tab}}}\n"
    return text


def bvh(pose: dict[str, float], order: tuple = CHANNELS, n_frames: int = 120) -> str:
    """Two seconds of walking at 60 Hz; `pose` sets further channels, in degrees."""
    names: list[str] = []
    hierarchy = _hierarchy(TREE, order, names)
    phase = 2 * np.pi * np.arange(n_frames) / 60
    values = {name: np.zeros(n_frames) for name in names}
    values["Hips.Yposition"] += 95.0
    for side, sign in (("Right", 1), ("Left", -1)):
        values[f"{side}UpLeg.Xrotation"] = -20 * sign * np.sin(phase)
        values[f"{side}Leg.Xrotation"] = 30 - 25 * sign * np.cos(phase)
    for name, value in pose.items():
        values[name] = values[name] + value
    table = np.stack([values[name] for name in names], axis=1)
    lines = [" ".join(f"{v:.6f}" for v in row) for row in table]
    head = f"HIERARCHY\n{hierarchy}MOTION\nFrames:\t{n_frames}\nFrame Time:\t0.0166667\n"
    return head + "\n".join(lines) + "\n"
