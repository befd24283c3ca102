"""The section on what the motion tokenizer keeps of the movement."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import Cell, Figure, Table, Text, count, number, people
from biomechgpt.report.tokenizer_figures import curves_svg, joint_errors_svg


def read_metrics(folders: Sequence[os.PathLike]) -> list[tuple[str, str, dict]]:
    """Fold, tokenizer and one entry a split, from `{fold}/tokenizers/{name}/metrics.json`."""
    return [
        (path.parent.parent.name, path.name, entry)
        for path in map(Path, folders)
        for entry in json.loads((path / "metrics.json").read_text(encoding="utf-8"))
    ]


def tokenizers(folders: Sequence[os.PathLike]) -> list:
    """Reconstruction error and code use on held-out participants; curves of the first tokenizer.

    A folder is `{fold}/tokenizers/{name}` with `metrics.json` (a list, one entry a split) and, if
    it was written, `curves.parquet`.
    """
    found = read_metrics(folders)
    rows = [_tokenizer_row(*one) for one in found]
    head = ["tokenizer", "split", "participants", "trials", "RMSE, 34 joints", "RMSE, live joints"]
    head += ["tokens per s", "bits per s", "perplexity", "codes used", "codes dead", "Zipf slope"]
    caption = (
        "Reconstruction error in degrees, mean over joints of the RMSE of each, and use of the "
        "codes. The 34 joints include those set to zero (error 0); live ones move in training. "
        "Train rows are there for comparison, test rows are held-out participants. Bits are those that "
        "the tokens hold by how often each occurs; under them, if all were equally frequent. A Zipf "
        "slope of 0 is even use, -1 that of words."
    )
    blocks = [Table(caption, head, rows, n_text=2, long=len(rows) > 12)]
    held_out = [entry for _, _, entry in found if entry["split"] == "test"] or [found[-1][2]]
    blocks.append(_joint_errors(held_out[0]))
    curves = Path(folders[0], "curves.parquet")
    if curves.exists():
        caption = "Original and reconstructed joint angles of held-out trials, the first seconds."
        table = pq.read_table(curves).to_pandas()
        alt = f"Curves over time of trials {', '.join(table['trial_id'].unique())}: the "
        alt += "reconstruction (dashed) over the original (solid), a row a joint."
        return [*blocks, Figure(curves_svg(table), caption, alt)]
    return [*blocks, Text("Reconstructed curves are left out: there is no file of them.", "quiet")]


def _tokenizer_row(fold: str, name: str, entry: dict) -> list:
    return [
        Cell(name, fold),
        entry["split"],
        count(entry["n_participants"]),
        count(entry["n_trials"]),
        number(entry["rmse_deg_all"]),
        Cell(number(entry["rmse_deg_live"]), f"{len(entry['live_joints'])} joints"),
        number(entry["tokens_per_second"], 1),
        Cell(number(entry["bits_per_second"], 1), f"at most {entry['bits_per_second_at_most']}"),
        Cell(number(entry["perplexity"], 1), f"of {entry['codebook_size']}"),
        f"{entry['used_codes']} of {entry['vocabulary_size']}",
        count(entry["dead_codes"]),
        number(entry["zipf_slope"]),
    ]


def _joint_errors(entry: dict) -> Figure:
    size = people(entry["n_participants"], entry["n_trials"])
    caption = f"Reconstruction error of every live joint, {entry['split']} participants ({size})."
    errors_deg = {name: entry["rmse_deg_per_joint"][name] for name in entry["live_joints"]}
    worst, best = max(errors_deg, key=errors_deg.get), min(errors_deg, key=errors_deg.get)
    alt = (
        f"Bars of the reconstruction error of {len(errors_deg)} joints, from "
        f"{errors_deg[best]:.1f} degrees ({plain(best)}) to {errors_deg[worst]:.1f} ({plain(worst)})."
    )
    return Figure(joint_errors_svg(errors_deg), caption, alt)
