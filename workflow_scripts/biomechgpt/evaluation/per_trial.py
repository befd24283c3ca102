"""Every test answer with all that is known of it: the differential, the sets, the intervals."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.evaluation.answer_arrays import Answers
from biomechgpt.evaluation.fitted_calibration import Calibrated
from biomechgpt.evaluation.reliability import number_intervals
from biomechgpt.files import replacing
from biomechgpt.questions.calibration import LEVELS, set_sizes

_KEPT = (
    *("fold", "variant", "seed", "trial_id", "task", "phrasing_id", "phrasing_held_out"),
    *("participant_id", "kind", "truth", "truth_number", "answer", "parsed"),
)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("fold", "variant")),
        ("seed", pa.int64()),
        *((name, pa.string()) for name in ("trial_id", "task", "phrasing_id")),
        ("phrasing_held_out", pa.bool_()),
        *((name, pa.string()) for name in ("participant_id", "kind", "truth")),
        ("truth_number", pa.float64()),
        *((name, pa.string()) for name in ("answer", "parsed", "decided")),
        ("right", pa.bool_()),
        ("confidence", pa.float64()),
        ("truth_probability", pa.float64()),
        ("ranked_options", pa.list_(pa.string())),
        ("ranked_probabilities", pa.list_(pa.float64())),
        ("set_size_80", pa.int64()),
        ("set_size_90", pa.int64()),
        *((name, pa.float64()) for name in ("number", "error", "low_90", "high_90")),
        *((name, pa.float64()) for name in ("corrected_low_80", "corrected_high_80")),
        *((name, pa.float64()) for name in ("corrected_low_90", "corrected_high_90")),
    ]
)


def per_trial(answers: Answers, calibrated: Calibrated) -> pa.Table:
    """The table `answers.parquet` for one model and task, with the columns of `SCHEMA`."""
    columns = {name: pa.array(answers.rows[name], from_pandas=True) for name in _KEPT}
    columns_of_kind = (
        _numbers(answers, calibrated) if answers.numeric else _options(answers, calibrated)
    )
    nothing = pa.nulls(len(answers.truth))
    columns |= {
        name: columns_of_kind.get(name, nothing) for name in SCHEMA.names if name not in columns
    }
    return pa.table([columns[f.name].cast(f.type) for f in SCHEMA], schema=SCHEMA)


def write_answers(tables: list[pa.Table], path: os.PathLike) -> None:
    """Write `answers.parquet`."""
    with replacing(path) as temporary:
        together = pa.concat_tables(tables or [SCHEMA.empty_table()])
        pq.write_table(together, temporary, compression="zstd")


def _options(answers: Answers, calibrated: Calibrated) -> dict[str, pa.Array]:
    p, options = calibrated.probabilities, np.array([*answers.options, None], dtype=object)
    encoded = answers.encoded("answer")
    known = encoded < len(answers.options)
    order = np.argsort(-p, axis=1, kind="stable")
    columns_of_kind = {
        "decided": options[encoded],
        "right": encoded == answers.truth,
        "confidence": np.where(known, p.max(axis=1), np.nan),
        "truth_probability": p[np.arange(len(p)), answers.truth],
        "ranked_options": _lists(options[order], known),
        "ranked_probabilities": _lists(np.take_along_axis(p, order, axis=1), known),
    }
    for place, level in enumerate(LEVELS):
        sizes = set_sizes(p, calibrated.limits[:, place])
        columns_of_kind[f"set_size_{100 * level:.0f}"] = sizes
    return {name: _array(values) for name, values in columns_of_kind.items()}


def _numbers(answers: Answers, calibrated: Calibrated) -> dict[str, pa.Array]:
    number = answers.encoded("answer")
    columns_of_kind = {"number": number, "error": number - answers.truth}
    for kind in number_intervals(answers, calibrated):
        prefix = "" if kind.method == "predicted" else f"{kind.method}_"
        columns_of_kind[f"{prefix}low_{100 * kind.level:.0f}"] = kind.low
        columns_of_kind[f"{prefix}high_{100 * kind.level:.0f}"] = kind.high
    return {name: _array(values) for name, values in columns_of_kind.items()}


def _array(values: np.ndarray | pa.Array) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)


def _lists(values: np.ndarray, known: np.ndarray) -> pa.Array:
    """A list a row; empty where nothing is known."""
    offsets = np.concatenate([[0], np.cumsum(known * values.shape[1])])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values[known].ravel()))
