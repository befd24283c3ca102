"""The paper's tokenizer, a better one and the first without codes, on the same data in one run.

    python -m benchmarks.motion_tokenizers --run results

trains all three on the training participants of a finished run (its joint angles are all that is
needed) until validation participants gain less than 1 % in `--patience` steps, and prints the error on
test participants, how much of the gap between reference and floor the new one closes, and when it
reached the reference's final error. `--also` measures the three on the test participants of another
run too, say of real recordings; with `--both` its training participants are trained on as well.
"""

import argparse
import json
import platform
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch

from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.decoded import decode
from biomechgpt.tokenizer.losses import live_error_deg
from biomechgpt.tokenizer.measure import SplitMeasures
from biomechgpt.tokenizer.storage import StoredTokenizer
from biomechgpt.tokenizer.trained import Trained
from biomechgpt.tokenizer.training import train_tokenizer
from biomechgpt.tokenizer.windows import select_trials, store_frames
from tests.helpers.paths import read_yaml

ALSO = "test of the other run"


def main() -> None:
    args = _arguments()
    tokenizers = read_yaml("config.yaml")["tokenizers"]
    tokenizers |= read_yaml("presets/tokenizers.yaml")["tokenizers"]
    ends = {"steps": args.steps, "patience_steps": args.patience}
    reference = tokenizers["compact"] | ends | {"codebook_size": 512}
    configs = {
        "reference": reference,
        "no codes": reference | {"unquantised_steps": args.steps + 1},
        args.new: tokenizers[args.new] | ends,
    }
    folder = Path(tempfile.mkdtemp())
    context = get_context("spawn")
    with ProcessPoolExecutor(args.jobs, mp_context=context) as pool:
        jobs = {
            name: pool.submit(_train, args, cfg, str(folder / name))
            for name, cfg in configs.items()
        }
        trainings = {name: job.result() for name, job in jobs.items()}
    print(f"{platform.processor() or platform.machine()}, torch {torch.__version__}, ", end="")
    print(f"{args.jobs} trainings at once, one thread each; patience {args.patience} steps")
    for name, (_, errors, n_parameters) in trainings.items():
        _print_training(name, configs[name], trainings[name][0].history, errors, n_parameters)
    _print_gap(trainings, args.new, "test")
    if args.also:
        _print_gap(trainings, args.new, ALSO)
    _print_time(trainings, args.new)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", default="results", help="results folder of a run")
    parser.add_argument("--fold", default="holdout")
    parser.add_argument("--also", help="results folder of a run on other recordings")
    parser.add_argument("--both", action="store_true", help="train on both runs")
    parser.add_argument("--new", default="residual", help="an entry of presets/tokenizers.yaml")
    parser.add_argument("--patience", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=20000, help="at most")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at once")
    return parser.parse_args()


def _train(
    args: argparse.Namespace, cfg: dict, checkpoints: str
) -> tuple[Trained, dict[str, float], int]:
    """The training, its error by split, and how many parameters the network has."""
    torch.set_num_threads(1)
    paths, splits = _data(args.run, args.fold)
    if args.also:
        other_paths, other = _data(args.also, args.fold)
        paths += other_paths
        splits[ALSO] = other["test"]
        if args.both:
            splits |= {split: splits[split] + other[split] for split in ("train", "validation")}
    split_of = {trial: split for split in ("train", "validation") for trial in splits[split]}
    stores = store_frames(paths, split_of, Path(checkpoints).parent)
    settings = TokenizerSettings.model_validate(cfg)
    trained = train_tokenizer(stores, settings, checkpoints)
    errors = {split: _error(trained, settings, paths, set(ids)) for split, ids in splits.items()}
    return trained, errors, sum(p.numel() for p in trained.model.parameters())


def _data(run: str, fold: str) -> tuple[list[Path], dict[str, list[str]]]:
    folder = Path(run)
    splits = trials_by_split(folder / "trials.parquet", folder / "folds.tsv", fold)
    return sorted(p for p in folder.glob("joint_angles/*.parquet") if p.stem.isdigit()), splits


def _error(
    trained: Trained, cfg: TokenizerSettings, paths: list[Path], trial_ids: set[str]
) -> float:
    """Of what comes back from the tokens or, from a network without codes, from its latents."""
    trials = list(select_trials(paths, trial_ids))
    if not trained.model.quantised:
        frames = [trial.frames for trial in trials]
        return live_error_deg(trained.model, frames, trained.statistics)
    tokenizer = StoredTokenizer(trained.model, trained.statistics, cfg, 30.0, [], "", "")
    measures = SplitMeasures(tokenizer, "train")
    for trial in trials:
        measures.add(decode(tokenizer, trial, encode_trial(tokenizer, trial.frames)))
    return measures.metrics()["rmse_deg_live"]


def _print_training(
    name: str, cfg: dict, history: list[dict], errors: dict, n_parameters: int
) -> None:
    last = history[-1]
    print(f"\n{name}: {n_parameters} parameters; {json.dumps(cfg)}")
    print("  step, processor s, validation degrees:", end=" ")
    looked = [entry for entry in history if "validation_deg" in entry]
    shown = looked[:: max(1, len(looked) // 10)]
    print("; ".join(f"{e['step']} {e['cpu_seconds']:.0f} {e['validation_deg']:.2f}" for e in shown))
    print(f"  ended after {last['step']} steps, {last['cpu_seconds']:.0f} processor s, ", end="")
    print(f"{last['seconds']:.0f} s; RMSE of live joints in degrees: ", end="")
    print(", ".join(f"{split} {error:.3f}" for split, error in errors.items()))


def _print_gap(trainings: dict, new: str, split: str) -> None:
    by_name = {name: errors[split] for name, (_, errors, _) in trainings.items()}
    gap = by_name["reference"] - by_name["no codes"]
    closed = (by_name["reference"] - by_name[new]) / gap
    share = by_name[new] / by_name["reference"]
    print(f"\n{split}: {new} has {share:.2f} of the reference's error, ", end="")
    print(f"and closes {closed:.0%} of its gap of {gap:.2f} degrees to the network without codes")


def _print_time(trainings: dict, new: str) -> None:
    histories = {name: trained.history for name, (trained, _, _) in trainings.items()}
    final = histories["reference"][-1]
    reached = [e for e in histories[new] if e.get("validation_deg", 99) <= final["validation_deg"]]
    if not reached:
        print("it never reaches the reference's final validation error")
        return
    times = f"{reached[0]['cpu_seconds']:.0f} of {final['cpu_seconds']:.0f} processor s"
    print(f"it reaches the reference's final validation error after {times} ", end="")
    print(f"(step {reached[0]['step']} of {final['step']})")


if __name__ == "__main__":
    main()
