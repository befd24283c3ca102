"""How long evaluation and report of many predictions take, and how much memory.

    python -m benchmarks.evaluation_speed --models 10 --seeds 3 --predictions 2000 --draws 2000

Makes predictions of nine tasks (test and as many validation participants), measures, writes the tables and
draws the figures, as the rule `evaluate` does, then writes the report; prints seconds and peak memory.
Everything is made up.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.evaluation.evaluate import evaluate, write_metrics
from biomechgpt.evaluation.number_choice import with_decided_numbers
from biomechgpt.evaluation.paper_figures import draw_all
from biomechgpt.evaluation.per_trial import write_answers
from biomechgpt.evaluation.result_tables import write_tables
from biomechgpt.report.report_page import build_report
from biomechgpt.report.results import read_results
from biomechgpt.report.run_files import RunFiles
from biomechgpt.settings.evaluate_section import EvaluateSettings
from biomechgpt.settings.run_settings import RunSettings
from tests.helpers.paths import read_yaml

OPTIONS = {"activity": 10, "impaired": 2, "diagnosis": 4, "assistive_device": 5, "fall_history": 2}
NUMBERS = ("walking_speed", "cadence", "tug", "fsst")
TRIALS_PER_PARTICIPANT = 6


def make_predictions(n_models: int, n_seeds: int, n_predictions: int) -> pd.DataFrame:
    """Predictions of made-up models: `n_predictions` a model and seed in each of two splits."""
    rng = np.random.default_rng(0)
    parts = [
        _task(rng, task, split, n_predictions // 9, n_models, n_seeds)
        for split in ("test", "validation")
        for task in (*OPTIONS, *NUMBERS)
    ]
    return pd.concat(parts, ignore_index=True)


def _task(
    rng: np.random.Generator, task: str, split: str, n_trials: int, n_models: int, n_seeds: int
) -> pd.DataFrame:
    trial = np.tile(np.arange(n_trials), n_models * n_seeds)
    n = len(trial)
    rows = pd.DataFrame({"fold": "holdout", "task": task, "split": split}, index=range(n))
    rows["variant"] = [f"model-{k}" for k in np.repeat(np.arange(n_models), n_trials * n_seeds)]
    rows["seed"] = np.tile(np.repeat(np.arange(n_seeds), n_trials), n_models)
    rows["trial_id"] = [f"{split}-{k}" for k in trial]
    rows["participant_id"] = [f"{split}-{k // TRIALS_PER_PARTICIPANT}" for k in trial]
    rows["phrasing_id"], rows["phrasing_held_out"] = f"{task}-held-01", True
    for name in (
        "truth_number",
        "number",
        "number_mean",
        "number_median",
        "number_low",
        "number_high",
    ):
        rows[name] = np.nan
    rows["truth"] = rows["parsed"] = None
    rows["answer"] = "text"
    rows["options"] = rows["probabilities"] = [[]] * n
    if task in NUMBERS:
        rows["kind"] = "regression"
        rows["truth_number"] = rng.normal(10, 2, n_trials)[trial]
        rows["number"] = rows["number_mean"] = rows["number_median"] = rows[
            "truth_number"
        ] + rng.normal(0, 1, n)
        rows["number_low"], rows["number_high"] = rows["number"] - 1, rows["number"] + 1
        return rows
    options = np.array([f"{task} {k}" for k in range(OPTIONS[task])], dtype=object)
    truth = rng.integers(0, len(options), n_trials)[trial]
    odds = rng.dirichlet(np.ones(len(options)), n) + np.eye(len(options))[truth] * 0.5
    rows["kind"], rows["truth"] = "classification", options[truth]
    rows["parsed"] = options[odds.argmax(axis=1)]
    rows["options"] = [list(options)] * n
    rows["probabilities"] = list(odds / odds.sum(axis=1, keepdims=True))
    return rows


def main() -> None:
    """Parse the arguments, run once and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("models", 10), ("seeds", 3), ("predictions", 2000), ("draws", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    predictions = make_predictions(args.models, args.seeds, args.predictions)
    folds = predictions[["fold", "participant_id", "split"]].drop_duplicates()
    names = [f"model-{k}" for k in range(args.models)]
    print(f"{len(predictions)} predictions, {args.draws} draws, before: {_peak_gib():.2f} GiB")
    clock, cpu = time.perf_counter(), time.process_time()
    cfg = EvaluateSettings(bootstrap_draws=args.draws, seed=0)
    evaluation = evaluate(predictions, folds, cfg, names[:1], names[1:], {"walking_speed": 0.1})
    _report("evaluate", clock, cpu)
    with tempfile.TemporaryDirectory() as folder:
        write_metrics(evaluation, Path(folder, "metrics.parquet"))
        write_answers(evaluation.answers, Path(folder, "answers.parquet"))
        write_tables(evaluation, pd.DataFrame({"task": []}), Path(folder, "tables"), {})
        decided = with_decided_numbers(predictions, evaluation.number_choices)
        draw_all(decided, evaluation.comparisons, names[0], {}, Path(folder, "figures"))
        _report("evaluate, tables and figures", clock, cpu)
        _write_page(Path(folder), names)
        _report("all of it and the report", clock, cpu)


def _write_page(folder: Path, names: list[str]) -> None:
    """The report of these models on the default questions, without recordings."""
    config = read_yaml("config.yaml")
    del config["annotate"], config["reconstruct"]
    config["variants"] = {names[0]: config["variants"]["tiny-all"]}
    config["baselines"] = {name: {"kind": "majority"} for name in names[1:]}
    settings = RunSettings.model_validate(config)
    files = RunFiles(*(folder / name for name in ("metrics.parquet", "tables", "answers.parquet")))
    results = read_results(files.metrics, files.tables, settings)
    build_report(results, files, settings, {}, True, folder / "report.html", folder / "csv")


def _report(what: str, clock: float, cpu: float) -> None:
    wall, used = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{what}: {wall:.1f} s, {used:.1f} s of processor, peak {_peak_gib():.2f} GiB")


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
