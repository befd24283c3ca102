"""The TRIPOD+AI checklist, filled as far as a program can (`tripod_ai.yaml` has the items)."""

from collections.abc import Mapping

import yaml

from biomechgpt.report.page.blocks import Cell, Paragraph, TableBlock
from biomechgpt.report.page.html_file import ASSETS
from biomechgpt.report.results import Results
from biomechgpt.report.run_files import ReportData
from biomechgpt.report.sections.paired_comparisons import number_of_comparisons
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.tokenizer.network import tokens_per_step

ITEMS = ASSETS / "tripod_ai.yaml"
BY_AUTHORS = Cell("for the authors to write", "a program cannot know it", "quiet")


def checklist(results: Results, settings: RunSettings, data: ReportData) -> list:
    """The items, what the run says to each, and where in report or repository it stands."""
    items = yaml.safe_load(ITEMS.read_text(encoding="utf-8"))
    values = _Known(_about_settings(settings) | _about_data(data) | _about_results(results))
    rows = [
        [item["item"], item["part"], item["topic"], _answer(item, values), item.get("where", "–")]
        for item in items
    ]
    open_items = sum("filled" not in item and "described" not in item for item in items)
    text = (
        f"The {len(items)} items of TRIPOD+AI (Collins et al., BMJ 2024;385:e078378), topics in "
        f"other words than theirs. {len(items) - open_items} are answered from the run or are the "
        f"same for every run; {open_items} only authors can answer."
    )
    head = ["item", "part", "topic", "this run", "where"]
    caption = "TRIPOD+AI, filled from the run."
    return [Paragraph(text), TableBlock(caption, head, rows, n_text=5)]


class _Known(dict):
    """What is known of the run; what is not is called so."""

    def __missing__(self, name: str) -> str:
        return f"({name.replace('_', ' ')} not known)"


def _answer(item: Mapping, values: _Known) -> Cell | str:
    if "filled" in item:
        return item["filled"].format_map(values)
    return item.get("described", BY_AUTHORS)


def _about_settings(settings: RunSettings) -> dict:
    tokenizer = settings.tokenizers[next(iter(settings.variants.values())).tokenizer]
    cohorts = {
        cohort.name: "recorded" if cohort.path else "simulated" for cohort in settings.cohorts
    }
    roles = ", ".join(f"{cohort.name}: {cohort.role}" for cohort in settings.cohorts)
    models = [
        f"{name}: {variant.base_model} with LoRA of rank {variant.lora.rank}"
        for name, variant in settings.variants.items()
    ]
    all_simulated = set(cohorts.values()) == {"simulated"}
    return settings.motion.to_dict() | {
        "cohorts": ", ".join(f"{name} ({origin})" for name, origin in cohorts.items()),
        "n_cohorts": len(cohorts),
        "cohort_roles": f"Trained and tested on people of: {roles}.",
        "data_availability": "Simulated: the configuration makes them again."
        if all_simulated
        else "The authors' to say.",
        "n_zero_joints": len(settings.motion.zero_joints),
        "min_leg_joints": settings.ingest.min_leg_joints,
        "label_columns": ", ".join(dict.fromkeys(task.label for task in settings.tasks.values())),
        "frames_per_token": f"{tokenizer.downsampling / tokens_per_step(tokenizer):g}",
        "codebook_size": tokenizer.codebook_size,
        "scheme": settings.split.scheme.replace("_", " "),
        "models": "; ".join(models),
        "baselines": ", ".join(settings.baselines) or "none",
        "most_copies": settings.finetune.most_copies,
    }


def _about_data(data: ReportData) -> dict:
    known: dict[str, object] = {}
    if data.trials is not None:
        known |= {"trials": len(data.trials), "accepted": len(data.trials)}
        known["participants"] = data.trials["participant_id"].nunique()
    if data.trials is not None and data.issues is not None:
        rejected = (data.issues["severity"] == "rejected").sum()
        known |= {"rejected": rejected, "offered": len(data.trials) + rejected}
    if data.folds is not None:
        folds = data.folds["fold"]
        known["n_folds"] = folds.nunique()
        sizes = data.folds[folds == folds.iloc[0]]["split"].value_counts(sort=False)
        known["split_sizes"] = ", ".join(f"{n} {split}" for split, n in sizes.items())
    return known


def _about_results(results: Results) -> dict:
    return {
        "n_tasks": len(results.tasks),
        "tasks": ", ".join(task.title for task in results.tasks),
        "n_asked": sum(task.n_trials for task in results.tasks),
        "n_comparisons": len(results.headline_comparisons),
        "number_of_comparisons": number_of_comparisons(results),
    }
