"""Who the participants are: Table 1 of a clinical paper, and which labels are missing."""

from collections.abc import Sequence

import pandas as pd

from biomechgpt.cohort.tables import RESERVED
from biomechgpt.report.blocks import Cell, Table, Text, count, short

MOST_CATEGORIES = 15  # a column with more is a note, not a label
SPLITS = ("train", "validation", "test")


def labels(labels: pd.DataFrame, trials: pd.DataFrame, folds: pd.DataFrame | None) -> list:
    """Characteristics and missing labels of the accepted trials.

    `labels` is `trial_labels` (a row a trial, cells text or None), `trials` is `trials.parquet`.
    With several folds the splits differ from fold to fold, and only the whole is shown.
    """
    rows = labels[labels["trial_id"].isin(trials["trial_id"])]
    columns = [name for name in rows if name not in RESERVED and rows[name].notna().any()]
    if not columns:
        return [Text("The cohort's tables hold no labels.", "quiet")]
    groups = _groups(rows, folds)
    return [_characteristics(groups, columns), _missing(groups, columns)]


def _groups(rows: pd.DataFrame, folds: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    if folds is None or folds["fold"].nunique() > 1:
        return {"all": rows}
    split = rows["participant_id"].map(folds.set_index("participant_id")["split"])
    return {"all": rows, **{name: rows[split == name] for name in SPLITS}}


def _characteristics(groups: dict[str, pd.DataFrame], columns: Sequence[str]) -> Table:
    lines: list[list] = [
        ["participants", "", *(count(g["participant_id"].nunique()) for g in groups.values())],
        ["trials", "", *(count(len(g)) for g in groups.values())],
    ]
    for column in columns:
        lines += _lines(groups, column)
    caption = (
        "Characteristics of the accepted recordings. Labels of a person are counted over "
        "participants, those that differ from trial to trial over trials. Numbers: median [first, "
        "third quartile]; classes: count and share of those whose label is known."
    )
    return Table(caption, ["label", "value", *groups], lines, n_text=2, long=True)


def _lines(groups: dict[str, pd.DataFrame], column: str) -> list[list]:
    everyone = groups["all"]
    personal = (everyone.groupby("participant_id")[column].nunique() <= 1).all()
    cells = {name: _known(rows, column, personal) for name, rows in groups.items()}
    over = "participants" if personal else "trials"
    named = Cell(column.replace("_", " "), over)
    if _is_number(cells["all"]):
        return [[named, "median", *(_quartiles(values) for values in cells.values())]]
    categories = cells["all"].value_counts().index
    if len(categories) > MOST_CATEGORIES:
        return [[named, f"{len(categories)} different", *("–" for _ in groups)]]
    return [
        [named, category, *(_share(values, category) for values in cells.values())]
        for category in categories
    ]


def _known(rows: pd.DataFrame, column: str, personal: bool) -> pd.Series:
    known = rows.dropna(subset=[column])
    return (known.drop_duplicates("participant_id") if personal else known)[column]


def _is_number(values: pd.Series) -> bool:
    return pd.to_numeric(values, errors="coerce").notna().all() and values.nunique() > 2


def _quartiles(values: pd.Series) -> str:
    numbers = pd.to_numeric(values)
    low, middle, high = (short(numbers.quantile(q)) for q in (0.25, 0.5, 0.75))
    return "–" if numbers.empty else f"{middle} [{low}, {high}]"


def _share(values: pd.Series, category: str) -> str:
    n = (values == category).sum()
    return f"{n} ({100 * n / len(values):.0f} %)" if len(values) else "–"


def _missing(groups: dict[str, pd.DataFrame], columns: Sequence[str]) -> Table:
    lines = [
        [column.replace("_", " "), *(_without(rows, column) for rows in groups.values())]
        for column in columns
    ]
    caption = (
        "Missing labels: accepted trials without the label, of all in that part. A trial without "
        "the label of a question is not asked it; nothing is filled in. A label may be missing "
        "because it does not apply."
    )
    return Table(caption, ["label", *groups], lines)


def _without(rows: pd.DataFrame, column: str) -> str:
    n = int(rows[column].isna().sum())
    return f"{n} ({100 * n / len(rows):.0f} %)" if len(rows) else "–"
