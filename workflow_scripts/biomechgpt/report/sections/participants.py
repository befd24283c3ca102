"""Who and what was recorded: sizes, the split, coverage of joints, and labels of the participants."""

import os
from collections.abc import Sequence

import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.cohort.table_faults import RESERVED
from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.page.blocks import Cell, Paragraph, TableBlock
from biomechgpt.report.page.wording import count, number, people, short
from biomechgpt.splits.folds_file import SPLITS

MOST_CATEGORIES = 15  # a column with more is a note, not a label


def cohort(trials: pd.DataFrame, lengths: pd.Series | None, folds: pd.DataFrame | None) -> list:
    """Participants, trials, durations, lengths in tokens; the split; coverage of joints by source.

    `trials` is `trials.parquet`, `lengths` the tokens of every trial by `trial_id`.
    """
    blocks = [_sizes(trials, lengths)]
    if lengths is None:
        blocks.append(
            Paragraph("Lengths in tokens are left out: no token files were given.", "quiet")
        )
    if folds is not None:
        blocks.append(_split(trials, folds))
    return [*blocks, *_coverage(trials)]


def token_lengths(path: os.PathLike | None) -> pd.Series | None:
    """Tokens of every trial, by trial_id; None without a file."""
    if path is None:
        return None
    rows = pd.read_parquet(path, columns=["trial_id", "tokens"])
    return rows.set_index("trial_id")["tokens"].map(len)


def _sizes(trials: pd.DataFrame, lengths: pd.Series | None) -> TableBlock:
    groups = [*trials.groupby("cohort"), ("all", trials)]
    groups = groups[-1:] if len(groups) == 2 else groups
    rows = [_size_row(name, rows, lengths) for name, rows in groups]
    head = ["cohort", "participants", "trials", "hours", "duration (s)", "tokens a trial"]
    caption = "Accepted trials. Durations and lengths: median [5 %, 95 %], and the longest."
    return TableBlock(caption, head, rows)


def _size_row(name: str, trials: pd.DataFrame, lengths: pd.Series | None) -> list:
    tokens = None if lengths is None else lengths.reindex(trials["trial_id"]).dropna()
    return [
        name,
        count(trials["participant_id"].nunique()),
        count(len(trials)),
        number(trials["duration_s"].sum() / 3600),
        _spread(trials["duration_s"], 1),
        Cell("–") if tokens is None or tokens.empty else _spread(tokens, 0),
    ]


def _spread(values: pd.Series, digits: int) -> Cell:
    low, middle, high = (number(values.quantile(q), digits) for q in (0.05, 0.5, 0.95))
    return Cell(f"{middle} [{low}, {high}]", f"longest {number(values.max(), digits)}")


def _split(trials: pd.DataFrame, folds: pd.DataFrame) -> TableBlock:
    joined = trials.merge(folds, on="participant_id")
    sizes = joined.groupby(["fold", "split"]).agg(
        participants=("participant_id", "nunique"), trials=("trial_id", "nunique")
    )
    splits = [name for name in SPLITS if name in set(folds["split"])]
    known = {key: people(*size) for key, size in zip(sizes.index, sizes.to_numpy(), strict=True)}
    rows = [
        [fold, *(known.get((fold, split), "–") for split in splits)]
        for fold in joined["fold"].unique()
    ]
    caption = "The split, by participant. Figures over several folds pool the tested participants."
    return TableBlock(caption, ["fold", *splits], rows, long=len(rows) > 10)


def _coverage(trials: pd.DataFrame) -> list:
    """The share of trials of every source that have each joint that some trial lacks."""
    sources = dict(list(trials.groupby(["cohort", "coordinate_map"])))
    missing = {source: rows["missing_joints"].explode() for source, rows in sources.items()}
    share = pd.DataFrame(
        {
            source: 1
            - names.value_counts().reindex(JOINT_NAMES, fill_value=0) / len(sources[source])
            for source, names in missing.items()
        }
    )
    sizes = [
        Cell(f"{coordinate_map} ({name})", people(rows["participant_id"].nunique(), len(rows)))
        for (name, coordinate_map), rows in sources.items()
    ]
    uneven = share[(share < 1).any(axis=1)]
    full = f"{len(share) - len(uneven)} of the {len(share)} joints are in every accepted trial."
    if uneven.empty:
        return [Paragraph(full)]
    rows = [[plain(j), *(f"{100 * v:.0f} %" for v in values)] for j, values in uneven.iterrows()]
    caption = (
        "Coverage: the share of trials of each source that have a joint. A joint that a source lacks "
        "enters the tokenizer at the training mean and is masked in loss and error."
    )
    return [Paragraph(full), TableBlock(caption, ["joint", *sizes], rows, long=True)]


def labels(labels: pd.DataFrame, trials: pd.DataFrame, folds: pd.DataFrame | None) -> list:
    """Characteristics and missing labels of the accepted trials.

    `labels` is `trial_labels` (a row a trial, cells text or None), `trials` is `trials.parquet`.
    With several folds the splits differ from fold to fold, and only the whole is shown.
    """
    rows = labels[labels["trial_id"].isin(trials["trial_id"])]
    columns = [name for name in rows if name not in RESERVED and rows[name].notna().any()]
    if not columns:
        return [Paragraph("The cohort's tables hold no labels.", "quiet")]
    groups = _groups(rows, folds)
    return [_characteristics(groups, columns), _missing(groups, columns)]


def _groups(rows: pd.DataFrame, folds: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    if folds is None or folds["fold"].nunique() > 1:
        return {"all": rows}
    split = rows["participant_id"].map(folds.set_index("participant_id")["split"])
    return {"all": rows, **{name: rows[split == name] for name in SPLITS}}


def _characteristics(groups: dict[str, pd.DataFrame], columns: Sequence[str]) -> TableBlock:
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
    return TableBlock(caption, ["label", "value", *groups], lines, n_text=2, long=True)


def _lines(groups: dict[str, pd.DataFrame], column: str) -> list[list]:
    personal = (groups["all"].groupby("participant_id")[column].nunique() <= 1).all()
    cells = {name: _known(rows, column, personal) for name, rows in groups.items()}
    label = Cell(column.replace("_", " "), "participants" if personal else "trials")
    numbers = pd.to_numeric(cells["all"], errors="coerce")
    if numbers.notna().all() and cells["all"].nunique() > 2:
        return [[label, "median", *(_quartiles(values) for values in cells.values())]]
    categories = cells["all"].value_counts().index
    if len(categories) > MOST_CATEGORIES:
        return [[label, f"{len(categories)} different", *("–" for _ in groups)]]
    return [
        [label, category, *(_share((of == category).sum(), len(of)) for of in cells.values())]
        for category in categories
    ]


def _known(rows: pd.DataFrame, column: str, personal: bool) -> pd.Series:
    labelled = rows.dropna(subset=[column])
    return (labelled.drop_duplicates("participant_id") if personal else labelled)[column]


def _quartiles(values: pd.Series) -> str:
    numbers = pd.to_numeric(values)
    low, middle, high = (short(numbers.quantile(q)) for q in (0.25, 0.5, 0.75))
    return "–" if numbers.empty else f"{middle} [{low}, {high}]"


def _share(n: int, n_all: int) -> str:
    return f"{n} ({100 * n / n_all:.0f} %)" if n_all else "–"


def _missing(groups: dict[str, pd.DataFrame], columns: Sequence[str]) -> TableBlock:
    lines = [
        [
            column.replace("_", " "),
            *(_share(rows[column].isna().sum(), len(rows)) for rows in groups.values()),
        ]
        for column in columns
    ]
    caption = (
        "Missing labels: accepted trials without the label, of all in that part. A trial without "
        "the label of a question is not asked it; nothing is filled in. A label may be missing "
        "because it does not apply."
    )
    return TableBlock(caption, ["label", *groups], lines)
