"""The model card: what a stranger must know before loading a model that was published."""

import os
import shutil
from pathlib import Path

import jinja2
import pandas as pd

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.evaluation.result_tables import read_table
from biomechgpt.evaluation.source_notes import NOTE
from biomechgpt.files import replacing
from biomechgpt.language_model.description import ModelDescription, read_description
from biomechgpt.questions.calibration import calibration_of_model, write_calibration
from biomechgpt.questions.conditions import task_of_label
from biomechgpt.questions.tasks import only_if
from biomechgpt.report.page.html_file import ASSETS
from biomechgpt.report.results import NAMES, PRIMARY
from biomechgpt.video.scaled_videos import load_videos

TEMPLATE = "model_card.md.jinja"
READINGS = {
    "discrete": "given as the tokens of a motion tokenizer",
    "continuous": "given as the soft tokens of a motion encoder (`motion_encoder/`)",
    "both": "given as the tokens of a motion tokenizer and the soft tokens of a motion encoder "
    "(`motion_encoder/`)",
    "text": "of which it is told in words what kinematics measure, and sees nothing itself",
    "numbers": "of which it is told in digits what kinematics measure, and sees nothing itself",
}


def publish(model: os.PathLike, metrics: os.PathLike, tables: Path, folder: Path) -> None:
    """Copy a model folder to `folder` with its card and its calibration.

    The card has its figures from the table `metrics`, its warnings of sources and the calibration from
    the folder `tables` of the evaluation.
    """
    description = read_description(model)
    results = pd.read_parquet(metrics)
    table, notes = (read_table(tables / f"{name}.parquet") for name in ("calibration", "notes"))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS), trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"plain": plain, "only_if": only_if}
    text = environment.get_template(TEMPLATE).render(
        model=description,
        reading=READINGS[description.motion],
        lora=description.lora,
        source=description.base.source if description.base else "base",
        revision=description.base.revision if description.base else None,
        adapter_bytes=Path(model, "adapter", "adapter_model.safetensors").stat().st_size,
        figures=_figures(results, description),
        in_turn=_in_turn(description),
        videos=load_videos(Path(model, "video")).source if description.video else None,
        sources=notes[notes["note"] == NOTE].to_dict("records"),
    )
    with replacing(folder) as temporary:
        shutil.copytree(model, temporary)
        (temporary / "README.md").write_text(text, encoding="utf-8")
        key = (description.fold, description.variant, description.seed)
        write_calibration(temporary, calibration_of_model(table, *key, "published_limit"))


def _in_turn(description: ModelDescription) -> dict[str, dict[str, list[str]]]:
    """By task, in the order of asking, the answers to earlier tasks that it needs.

    A column that is no task's label is one that nobody's answer can be, which closes the question.
    """
    tasks = description.tasks
    names = [name for group in description.asked_in_turn for name in group]
    return {
        name: {
            task_of_label(column, tasks) or column: list(values)
            for column, values in (tasks[name].applies_to or {}).items()
        }
        for name in names
    }


def _figures(metrics: pd.DataFrame, description: ModelDescription) -> list[dict]:
    """A row a task: the headline measure of this model, with n."""
    of_model = metrics[
        (metrics["split"] == "test")
        & (metrics["variant"] == description.variant)
        & (metrics["seed"] == str(description.seed))
        & (metrics["label"] == "")
        & (metrics["reading"] == "answer")
    ]
    return [
        {"task": plain(row.task), "measure": NAMES[row.metric], "value": f"{row.value:.3g}"}
        | {"participants": int(row.n_participants), "trials": int(row.n_trials)}
        for row in of_model.itertuples()
        if row.metric == PRIMARY[row.kind]
    ]
