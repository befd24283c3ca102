"""What is fuzzed: each target reads one case, and says what it may end in.

A target returns a short text (how the case ended) or raises one of the declared errors; any other
exception, and any `AssertionError` of its own checks, is a finding.
"""

import copy
import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.body.frames import Trial
from biomechgpt.cohort.shards import shard_digests
from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.cohort.tables import read_cohort, trial_labels
from biomechgpt.config.reading import check_config, leave_out_nulls, order_as
from biomechgpt.errors import InputError
from biomechgpt.motion.strip import strip
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.recordings.coordinate_map_files import read_coordinate_maps
from biomechgpt.recordings.coordinate_maps import fitting_maps
from biomechgpt.recordings.outcomes import Outcome
from biomechgpt.recordings.readers import MotionError, RawMotion, read_motion
from biomechgpt.recordings.readers.opensim import read_header
from biomechgpt.recordings.readers.text_table import check_rows, read_line, split_cells
from biomechgpt.recordings.recording import read_recording, reading_with
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.splits.folds import fold_names
from biomechgpt.splits.own_folds import read_own_folds
from tests.fuzz.fuzz_seeds import PARTS, config_text
from tests.helpers.motion_files import INGEST, MAPS, SKELETONS

DECLARED = (MotionError, InputError)
READING = reading_with(MAPS + SKELETONS, INGEST.model_copy(update={"min_leg_joints": 4}))
MOTION = MotionSettings(frame_rate_hz=30, max_gap_s=0.5, min_duration_s=0.02, zero_joints=[])
CONFIG = config_text()
TASKS = {
    name: QuestionSettings(kind=kind, label="x", options=["<b>", "{unit}"], unit="m/s", decimals=2)
    for name, kind in (("a", "classification"), ("b", "regression"))
}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SAFE_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def motion(path: Path) -> str:
    """A motion file, from its bytes to the joint angles that are tokenised."""
    read = read_recording(path, {}, READING)
    frames = read.frames.astype(np.float32)
    assert frames.shape == (len(read.time_s), len(COORDINATE_NAMES)), "shape"
    assert (np.diff(read.time_s) > 0).all(), "time does not rise"
    assert not np.isinf(frames).any(), "an infinite value"
    assert 0 < read.frame_rate_hz < np.inf, "no frame rate"
    info = dict.fromkeys(("cohort", "participant_id", "trial_id", "file"), "x")
    info["frame_rate_hz"] = read.frame_rate_hz
    trial, issues, _ = strip(Outcome(Trial(info, frames, read.time_s), []), MOTION)
    if trial is not None:
        present = trial.frames[:, ~np.isnan(trial.frames).all(axis=0)]
        assert np.isfinite(present).all(), "a gap is left"
    problems = {note.problem for note in read.notes} | {issue.problem for issue in issues}
    return f"{read.map_name} {trial is None} {' '.join(sorted(problems))}"


def columns(path: Path) -> str:
    """A motion file as a reader gives it: cheaper than `motion`."""
    raw: RawMotion = read_motion(path)
    lengths = {len(values) for values in raw.columns.values()}
    assert len(lengths) <= 1, "columns differ in length"
    assert min(lengths, default=2) >= 2, "one row"
    assert all(values.dtype == np.float64 for values in raw.columns.values()), "type"
    return f"{raw.unit} {raw.time_s is None} {' '.join(sorted(n.problem for n in raw.notes))}"


def headers(path: Path) -> str:
    """The beginning of a motion file as text: header, names, first row. Far cheaper than a reader."""
    with open(path, "rb") as file:
        header = read_header(file)
        names = split_cells(read_line(file), "\t")
        cells = split_cells(read_line(file), None)
        check_rows(file, len(names))
    assert header.unit in ("deg", "rad", None), "unit"
    return f"{header.unit} {header.n_rows is None} {len(names) > 1} {len(cells) > 1}"


def texts_of(*tables: pd.DataFrame) -> str:
    """All names of columns and all cells, whatever encoding their files had."""
    return "\n".join(
        text for t in tables for text in (*t.columns, *t.to_numpy().ravel()) if text is not None
    )


def tsv(path: Path) -> str:
    """A table of text cells, of any kind."""
    table = read_tsv(path, ["participant_id"])
    assert not CONTROL.search(texts_of(table)), "a control character in a cell"
    return f"{len(table.columns)} {min(len(table), 3)}"


def tables(path: Path) -> str:
    """Both tables of a cohort, and the files that they name."""
    folder = path.parent
    people, _, trials = path.read_bytes().partition(PARTS)
    (folder / "participants.tsv").write_bytes(people)
    (folder / "trials.tsv").write_bytes(trials)
    cohort = read_cohort("c", folder)
    root = folder.resolve()
    for name in cohort.trials["file"]:
        target = (folder / name).resolve()
        assert target.is_relative_to(root), "a path leaves the cohort folder"
        try:
            read_motion(folder / name)
        except MotionError:
            continue
    for column in ("participant_id", "trial_id"):
        for value in cohort.trials[column]:
            assert value[0] not in "=+-@\t\r", "an id that a spreadsheet takes for a formula"
    cells = texts_of(cohort.participants, cohort.trials)
    assert not CONTROL.search(cells), "a control character in a label"
    if len(people) % 4 == 0:
        shard_digests([cohort], 1)
        assert len(trial_labels([cohort])) == len(cohort.trials), "trials are lost"
    return f"{len(cohort.participants)} {len(cohort.trials)} {len(cohort.trials.columns)}"


def folds(path: Path) -> str:
    """The user's own folds."""
    people = {"007": "both", "B": "test", "C-1": "both"}
    table = read_own_folds(path, people, set(people))
    names = fold_names(SplitSettings.model_construct(scheme="file", file=path))
    assert all(set(name) <= SAFE_NAME and name[0] not in "._-" for name in names), "fold name"
    return f"{len(names)} {sorted(set(table['split']))}"


def coordinate_map(path: Path) -> str:
    """A coordinate map, and its use on columns of its own names."""
    read = read_coordinate_maps([path])
    names = {n for rule in read[0].rules.values() for n in (*rule.terms, *rule.more_terms)}
    fitting = fitting_maps([*read, *READING.coordinate_maps], names)
    return f"{[item.name for item in fitting]} {len(names)}"


def phrasings(path: Path) -> str:
    """A phrasing file, for a task of either kind."""
    name = "ab"[path.stat().st_size % 2]
    (task,) = read_tasks({name: TASKS[name]}, {name: path})
    assert all(p.text and isinstance(p.id, str) for p in task.train + task.held_out), "text"
    return f"{name} {len(task.train)} {len(task.held_out)}"


def overlay(path: Path) -> str:
    """config.yaml under a file given with --configfile."""
    try:
        laid = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return "no YAML"  # Snakemake says so before the check
    if not isinstance(laid, dict):
        return "no mapping"
    config, default = json.loads(CONFIG), json.loads(CONFIG)
    _lay(config, laid)
    leave_out_nulls(config)
    order_as(config, default)
    check_config(config)
    names = [config["run"] or "x", *(cohort["name"] for cohort in config["cohorts"])]
    blocks = ("tokenizers", "base_models", "variants", "baselines", "tasks")
    names += [name for block in blocks for name in config[block]]
    for name in names:
        assert set(name) <= SAFE_NAME, "a name that is no file name"
        assert name[0] not in "._-", "a name that hides or looks like an option"
        assert len(name) <= 100, "a name that is too long for a file"
    if config["split"]["scheme"] != "file":
        assert len(fold_names(SplitSettings.model_validate(config["split"])) or []) < 1e5, (
            "folds without end"
        )
    assert config["ingest"]["shards"] < 1e5, "shards without end"
    json.dumps(config)
    return "accepted"


def _lay(config: dict, laid: dict, depth: int = 0) -> None:
    for key, value in laid.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict) and depth < 50:
            _lay(config[key], value, depth + 1)
        else:
            config[key] = copy.copy(value)


def prepare(folder: Path) -> None:
    """What stands around the cases: a cohort folder with traps, and a secret beside it."""
    (folder / "secret.mot").write_text("secret")
    cohort = folder / "cohort"
    (cohort / "a").mkdir(parents=True)
    (cohort / "x.mot").write_text("x")
    os.symlink(cohort / "loop", cohort / "loop")
    os.symlink(folder, cohort / "link")
    os.mkfifo(cohort / "fifo")


TARGETS = {  # name -> (suffix of the case, cases of a thousand, what reads it)
    "mot": (".mot", 20, motion),
    "sto": (".sto", 60, columns),
    "headers": (".mot", 260, headers),
    "csv": (".csv", 20, motion),
    "cells": (".csv", 50, columns),
    "points": (".csv", 5, motion),
    "trc": (".trc", 5, motion),
    "json": (".json", 5, motion),
    "npy": (".npy", 3, motion),
    "mvnx": (".mvnx", 5, motion),
    "txt": (".txt", 5, motion),
    "bvh": (".bvh", 25, columns),
    "skeleton": (".bvh", 5, motion),
    "tables": (".tables", 110, tables),
    "tsv": (".tsv", 320, tsv),
    "folds": (".tsv", 100, folds),
    "map": (".yaml", 8, coordinate_map),
    "phrasing": (".yaml", 8, phrasings),
    "overlay": (".yaml", 6, overlay),
    "npz": (".npz", 3, motion),
    "parquet": (".parquet", 3, motion),
    "c3d": (".c3d", 2, motion),
}
SEEDS_OF = {"sto": "mot", "cells": "csv", "skeleton": "bvh"}  # which share another's seeds
BINARY = ("npz", "npy", "parquet", "c3d")
