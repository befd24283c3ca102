"""The gait videos that GAVD annotates (Ranjan et al. 2024) as a cohort folder: boxes, no video, no skeleton.

Source: https://github.com/Rahmyyy/GAVD, MIT licence. It has no frame rate, so that no time in seconds is
known, and says of nobody who it is: a video stands for a participant.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from biomechgpt.cohort.laid_out_tables import write_tables
from biomechgpt.errors import InputError

BOXES = "boxes"  # folder of the sequences' boxes, a file each
COLUMNS = ("seq", "frame_num", "cam_view", "gait_pat", "bbox", "vid_info", "id", "gait_event")
PACKED = ("gavd_sequences.csv", "gavd_boxes.parquet")
SIDES = ["left", "top", "width", "height"]  # of a box, in pixels


def lay_out(source: Path, folder: Path, classes: Mapping[str, Sequence[str]]) -> int:
    """Write the tables, and the boxes of each sequence; return how many there are.

    Args:
        source: A CSV file of GAVD, a folder of them, or one with the two tables of `PACKED`.
        folder: The cohort folder.
        classes: By class of gait the labels of GAVD that are counted as it.

    Raises:
        InputError: There is no such file, or it lacks columns.
    """
    packed = [source / name for name in PACKED]
    if all(path.is_file() for path in packed):
        sequences, boxes = _unpacked(*packed)
    else:
        sequences, boxes = _annotated(source)
    class_of = {label: name for name, labels in classes.items() for label in labels}
    rows = list(_rows(sequences, boxes, class_of, folder))
    write_tables(rows, folder)
    return len(rows)


def _annotated(source: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sequences and boxes of GAVD's own CSV files, one row a frame."""
    paths = sorted(source.rglob("*.csv")) if source.is_dir() else [source]
    frames = [pd.read_csv(path, dtype=str) for path in paths if path.is_file()]
    lacking = [name for name in COLUMNS if not frames or any(name not in f for f in frames)]
    if lacking:
        raise InputError(
            f"{source} holds no CSV file with the columns {', '.join(lacking)}: name a file "
            "GAVD_Clinical_Annotations_1.csv of Rahmyyy/GAVD, or a folder of them."
        )
    table = pd.concat(frames, ignore_index=True).drop_duplicates(["seq", "frame_num"])
    boxes = pd.DataFrame([_dict(text, "bbox") for text in table["bbox"]])[SIDES].astype(float)
    boxes.insert(0, "seq", table["seq"].to_numpy())
    boxes.insert(1, "frame", table["frame_num"].astype(int).to_numpy())
    boxes["gait_event"] = table["gait_event"].to_numpy()
    first = table.groupby("seq", sort=False).first().reset_index()
    size = pd.DataFrame([_dict(text, "vid_info") for text in first["vid_info"]])
    sequences = pd.DataFrame(
        {"seq": first["seq"], "view": first["cam_view"], "pat": first["gait_pat"]}
    )
    sequences["vid"], sequences["w"], sequences["h"] = first["id"], size["width"], size["height"]
    return sequences, boxes


def _dict(text: str, column: str) -> dict:
    """A cell of GAVD: a mapping as Python writes it, which is no JSON."""
    try:
        return dict(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError):
        raise InputError(
            f"GAVD: {column} holds {text!r:.80}, which is no mapping; get the file again."
        ) from None


def _unpacked(sequences: Path, boxes: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sequences and boxes that were taken out of the CSV files before."""
    return pd.read_csv(sequences, dtype={"vid": str, "pat": str, "view": str}), pd.read_parquet(
        boxes
    )


def _rows(
    sequences: pd.DataFrame, boxes: pd.DataFrame, class_of: Mapping[str, str], folder: Path
) -> Iterator[dict[str, str]]:
    """A line of trials.tsv a sequence; its boxes are written as `file`."""
    (folder / BOXES).mkdir(parents=True, exist_ok=True)
    of_sequence = dict(list(boxes.groupby("seq")))
    for row in sequences.itertuples():
        own = of_sequence[row.seq].sort_values("frame").drop(columns="seq")
        file = f"{BOXES}/{row.seq}.parquet"
        own.to_parquet(folder / file, index=False)
        middle_x = (own["left"] + own["width"] / 2).mean() / row.w
        middle_y = (own["top"] + own["height"] / 2).mean() / row.h
        yield {
            "trial_id": row.seq,
            "participant_id": f"video_{row.vid}",
            "file": file,
            "video_id": row.vid,
            "camera_view": row.view if isinstance(row.view, str) else "n/a",
            "video_width_px": f"{row.w:.0f}",
            "video_height_px": f"{row.h:.0f}",
            "video_frames": f"{len(own)}",
            "box_x": f"{middle_x:.4f}",
            "box_y": f"{middle_y:.4f}",
            "box_width": f"{own['width'].mean() / row.w:.4f}",
            "box_height": f"{own['height'].mean() / row.h:.4f}",
            "gait_pattern": row.pat,
            "gait_class": class_of.get(row.pat, "n/a"),
        }
