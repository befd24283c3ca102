"""What each trial is like, in the conditions of a generation task."""

import logging

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.questions.descriptions import canonical
from biomechgpt.settings.generation_tasks_section import (
    ConditionSettings,
    GenerationTaskSettings,
)

log = logging.getLogger(__name__)


def condition_table(
    trials: pd.DataFrame,
    labels: pd.DataFrame,
    measured: pd.DataFrame,
    split_of: pd.Series,
    name: str,
    task: GenerationTaskSettings,
) -> pd.DataFrame:
    """One row a trial that the task `name` applies to: its ids, its split, and a text a condition.

    Args:
        trials: trial_id and participant_id of the accepted trials.
        labels: trial_id and the label columns as text or None.
        measured: The gait features, by trial_id.
        split_of: The split of each participant.

    Raises:
        InputError: A column is nowhere, or a cell cannot be said in the task's words.
    """
    own = labels.set_index("trial_id").reindex(trials["trial_id"])
    own = own[_applies(own, name, task)]
    ids = trials.set_index("trial_id").loc[own.index, "participant_id"]
    table = pd.DataFrame({"trial_id": own.index, "participant_id": ids.to_numpy()})
    table["split"] = table["participant_id"].map(split_of)
    for column, settings in task.condition_on.items():
        cells = measured.reindex(own.index) if settings.source == "measured" else own
        key = f"generation_tasks.{name}.condition_on.{column}"
        if column not in cells:
            raise InputError(f"{key}: there is no such {settings.source} column; take it out.")
        texts = [_text(cell) for cell in cells[column]]
        said = [_said(key, settings, *cell) for cell in zip(own.index, texts, strict=True)]
        table[column] = pd.Series(said, dtype=object)
        log.info("%s: known of %d of %d trials", key, table[column].notna().sum(), len(table))
    return table


def number_ranges(table: pd.DataFrame, task: GenerationTaskSettings) -> dict[str, list[float]]:
    """The lowest and the highest number in each column of a `condition_table` that holds numbers."""
    columns = [c for c, settings in task.condition_on.items() if settings.phrasings is not None]
    numbers = {column: table[column].dropna().astype(float) for column in columns}
    return {c: [float(n.min()), float(n.max())] for c, n in numbers.items() if len(n)}


def class_combinations(table: pd.DataFrame, task: GenerationTaskSettings) -> list[dict[str, str]]:
    """The classes that stand together in a row of a `condition_table`, each combination once."""
    columns = [c for c, settings in task.condition_on.items() if settings.phrasings is None]
    rows = table[columns].drop_duplicates().sort_values(columns).to_dict("records")
    return [{c: value for c, value in row.items() if isinstance(value, str)} for row in rows]


def _applies(labels: pd.DataFrame, name: str, task: GenerationTaskSettings) -> pd.Series:
    """Which trials have a cell that qualifies in each column of `applies_to`."""
    keep = pd.Series(True, labels.index)
    for column, values in task.applies_to.items():
        if column not in labels:
            raise InputError(
                f"generation_tasks.{name}.applies_to.{column}: no table has this column; take it out."
            )
        keep &= labels[column].isin(values)
    return keep


def _text(cell: object) -> str | None:
    return None if pd.isna(cell) else str(cell)


def _said(key: str, settings: ConditionSettings, trial: str, text: str | None) -> str | None:
    try:
        return canonical(settings, text)
    except ValueError as error:
        raise InputError(
            f"{key}: of trial {trial}, {error}. Add it, or correct the table."
        ) from None
