"""The TRIPOD+AI checklist, filled as far as a program can (`tripod_ai.yaml` has the items)."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import Cell, Table, Text
from biomechgpt.report.result_tables import number_of_comparisons
from biomechgpt.report.results import Results
from biomechgpt.tokenizer.network import tokens_per_step

ITEMS = Path(__file__).with_name("tripod_ai.yaml")
BY_AUTHORS = Cell("for the authors to write", "a program cannot know it", "quiet")


def checklist(
    results: Results,
    config: dict,
    trials: pd.DataFrame | None,
    folds: pd.DataFrame | None,
    issues: pd.DataFrame | None,
) -> list:
    """The items, what the run says to each, and where in report or repository it stands."""
    items = yaml.safe_load(ITEMS.read_text(encoding="utf-8"))
    values = _Known(
        _about_config(config) | _about_data(trials, folds, issues) | _about_results(results)
    )
    rows = [
        [one["item"], one["part"], one["topic"], _said(one, values), one.get("where", "–")]
        for one in items
    ]
    open_items = sum("filled" not in one and "described" not in one for one in items)
    text = (
        f"The {len(items)} items of TRIPOD+AI (Collins et al., BMJ 2024;385:e078378), topics in "
        f"other words than theirs. {len(items) - open_items} are answered from the run or are the "
        f"same for every run; {open_items} only authors can answer."
    )
    head = ["item", "part", "topic", "this run", "where"]
    caption = "TRIPOD+AI, filled from the run."
    return [Text(text), Table(caption, head, rows, n_text=5)]


class _Known(dict):
    """What is known of the run; what is not is called so."""

    def __missing__(self, name: str) -> str:
        return f"({name.replace('_', ' ')} not known)"


def _said(item: Mapping, values: _Known) -> Cell | str:
    if "filled" in item:
        return item["filled"].format_map(values)
    return item.get("described", BY_AUTHORS)


def _about_config(config: dict) -> dict:
    first_variant = next(iter(config["variants"].values()))
    tokenizer = config["tokenizers"][first_variant["tokenizer"]]
    simulated = [cohort["name"] for cohort in config["cohorts"] if "path" not in cohort]
    names = [
        f"{c['name']} ({'simulated' if c['name'] in simulated else 'recorded'})"
        for c in config["cohorts"]
    ]
    roles = ", ".join(f"{c['name']}: {c.get('role', 'both')}" for c in config["cohorts"])
    models = [
        f"{n}: {v['base_model']} with LoRA of rank {v['lora']['rank']}"
        for n, v in config["variants"].items()
    ]
    return config["motion"] | {
        "cohorts": ", ".join(names),
        "n_cohorts": len(names),
        "cohort_roles": f"Trained and tested on people of: {roles}.",
        "data_availability": "Simulated: the configuration makes them again."
        if len(simulated) == len(names)
        else "The authors' to say.",
        "n_zero_joints": len(config["motion"]["zero_joints"]),
        "min_leg_joints": config["ingest"]["min_leg_joints"],
        "label_columns": ", ".join(dict.fromkeys(t["label"] for t in config["tasks"].values())),
        "frames_per_token": f"{tokenizer['downsampling'] / tokens_per_step(tokenizer):g}",
        "codebook_size": tokenizer["codebook_size"],
        "scheme": config["split"]["scheme"].replace("_", " "),
        "models": "; ".join(models),
        "baselines": ", ".join(config["baselines"]) or "none",
        "most_copies": config["finetune"]["most_copies"],
    }


def _about_data(
    trials: pd.DataFrame | None, folds: pd.DataFrame | None, issues: pd.DataFrame | None
) -> dict:
    known: dict[str, object] = {}
    if trials is not None:
        known |= {"trials": len(trials), "accepted": len(trials)}
        known["participants"] = trials["participant_id"].nunique()
    if trials is not None and issues is not None:
        rejected = (issues["severity"] == "rejected").sum()
        known |= {"rejected": rejected, "offered": len(trials) + rejected}
    if folds is not None:
        known["n_folds"] = folds["fold"].nunique()
        first = folds[folds["fold"] == folds["fold"].iloc[0]]["split"].value_counts(sort=False)
        known["split_sizes"] = ", ".join(f"{n} {split}" for split, n in first.items())
    return known


def _about_results(results: Results) -> dict:
    tasks = results.tasks
    return {
        "n_tasks": len(tasks),
        "tasks": ", ".join(plain(task) for task in tasks["task"]),
        "n_asked": int(tasks["n_trials"].sum()),
        "n_comparisons": len(results.headline_comparisons),
        "number_of_comparisons": number_of_comparisons(results),
    }
