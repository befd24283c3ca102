"""Whether synthetic movements help classifiers of recorded ones, and what the synthetic ones are like."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from biomechgpt.evaluation.synthesis_names import (
    ALONE,
    BY_VALIDATION,
    CONTROLS,
    OTHER_PEOPLE,
    SHUFFLED,
    WITH_REAL,
)
from biomechgpt.report.page.blocks import Block, Cell, Heading, Paragraph, Sentences, TableBlock
from biomechgpt.report.page.wording import count, number, percent, short

TITLE = "Whether synthetic movement helps"
WHAT = (
    "Synthetic movements are made by a program from movements of training people; nobody made them. "
    "Those of a fold are made from its training people alone, stand beside their recorded movements "
    "in the training of a classifier, and never in validation or test. A classifier is trained as "
    "long in either case. Figures are accuracies of test people, each person weighing the same; "
    "differences are paired over people."
)
UNADJUSTED = (
    "Accuracy with synthetic movements minus without. In brackets the 95 % bootstrap over test "
    "people, and under it the t-interval; helps and hurts need both. The first row of each kind of "
    "classifier takes in each fold what did best on its validation people, recorded movements alone "
    "included; all others are not adjusted for their number, so that one in twenty may differ by "
    "chance."
)
CONTROL_SENTENCES = {  # what it is, whether it must help, and what follows where it is otherwise
    OTHER_PEOPLE: (
        "recorded movement of other people in the place of synthetic movement",
        True,
        "a gain of this size cannot be seen here, so that none was seen says little",
    ),
    SHUFFLED: (
        "synthetic movement with labels dealt out at random",
        False,
        "the study calls help what is none; believe none of it",
    ),
}
TONES = {"helps": ("▲", "good"), "hurts": ("▼", "bad"), "does not help": ("≈", "even")}
MEASURES = {
    "quality": (
        "How synthetic movements move, beside recorded ones: means over movements, over folds. Ranges"
        " are those of the body model; feet are those of an upright body of model size whose pelvis "
        "follows the lower foot, so skating and depth under the floor compare sources and measure "
        "nobody.",
        {
            "out_of_range_percent": ("out of range", "% of angles"),
            "speed_deg_s": ("joint speed", "°/s"),
            "jerk_deg_s3": ("jerk", "°/s³"),
            "foot_skate_cm_s": ("foot skating", "cm/s"),
            "penetration_cm": ("under the floor", "cm"),
            "legs_alternate": ("legs alternate", "share of walks"),
        },
    ),
    "likeness": (
        "How like recorded training movements they are, in principal components of rocket features; "
        "all sets that are compared are of one size. Told apart: balanced accuracy of a classifier on"
        " people left out, .5 by chance; – where a side has one person. Recorded test movements show "
        "what other people are like.",
        {
            "frechet_distance": ("Fréchet distance", ""),
            "precision": ("precision", ""),
            "recall": ("recall", ""),
            "told_apart": ("told apart", ""),
            "spread_ratio": ("spread within a class", "over that of recorded"),
        },
    ),
    "memory": (
        "Whether they are training movements over again. Distance to the nearest training movement "
        "over that of recorded test movements; very near: nearer than the 5 % nearest of these; "
        "recognised: a classifier of the training people is surer than about 95 % of strangers; "
        "membership: how well nearness to a synthetic movement tells training from test movements, .5"
        " not at all; copied: longest run of tokens from one training movement.",
        {
            "nearest_ratio": ("nearest distance", "over that of test"),
            "very_near_share": ("very near", "share; .05 of test"),
            "recognised_share": ("recognised", "share; .05 of strangers"),
            "membership_auc": ("membership", "AUC"),
            "copied_share": ("copied tokens", "share of the movement"),
        },
    ),
}


def synthetic_movement(tables: Mapping[str, pd.DataFrame], task: str) -> list[Block]:
    """All that was studied; `tables` are those of `evaluation.synthesis_tables`, of the question `task`."""
    utility = tables["utility"]
    blocks: list[Block] = [
        Paragraph(WHAT),
        Sentences([*_answers(utility), *_controls(utility)]),
        Heading(f"Accuracy with and without synthetic movement: {task}"),
        _differences(utility),
        _alone(utility, tables["labels_read"]),
    ]
    for name, (caption, columns) in MEASURES.items():
        if len(tables[name]):
            blocks.append(_measures(tables[name], caption, columns))
    return blocks


def _answers(utility: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """A sentence a classifier and number of training people: whether synthetic movements help."""
    for row in utility[utility["generator"] == BY_VALIDATION].itertuples():
        yield _name(row), f"synthetic movement {_said(row)}."


def _controls(utility: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Whether the study could have seen a gain, and whether it sees one where there is none."""
    for row in utility[utility["generator"].isin(CONTROLS)].itertuples():
        what, passed, otherwise = CONTROL_SENTENCES[row.generator]
        as_it_must = row.verdict == "not estimable" or (row.verdict == "helps") == passed
        remark = "" if as_it_must else f"; {otherwise}"
        yield f"Control, {_name(row)}", f"{what} {_said(row)}{remark}."


def _name(row) -> str:
    n_people = round(row.n_people)
    return f"{row.classifier}, {n_people} training {'person' if n_people == 1 else 'people'}"


def _said(row) -> str:
    """The verdict behind its subject, with the difference."""
    few = f"cannot be judged on {row.n_participants} test people"
    verdict = few if row.verdict == "not estimable" else row.verdict
    by_t = _by_t(row)
    return f"{verdict}: {_difference(row)}{f', {by_t}' if by_t else ''}"


def _difference(row) -> str:
    sign = "+" if row.difference > 0 else ""
    return f"{sign}{number(row.difference, 3)}{_interval(row.low, row.high)}"


def _by_t(row) -> str:
    ends = _interval(row.t_low, row.t_high)
    return f"t{ends}" if ends else ""


def _interval(low: float, high: float) -> str:
    """An interval behind its number; nothing where there is none."""
    return "" if pd.isna(low) else f" [{number(low, 3)}, {number(high, 3)}]"


def _differences(utility: pd.DataFrame) -> TableBlock:
    rows = [
        [
            row.classifier,
            Cell(row.generator, _amount(row)),
            count(row.n_people),
            number(row.accuracy_real, 3),
            number(row.accuracy, 3),
            Cell(_difference(row), _by_t(row)),
            _verdict(row.verdict),
            count(row.n_participants),
        ]
        for row in utility[utility["use"] == WITH_REAL].itertuples()
    ]
    head = [
        "classifier",
        "synthetic movements of",
        "training people",
        "without",
        "with",
        "difference",
    ]
    return TableBlock(UNADJUSTED, [*head, "verdict", "test people"], rows, n_text=2, long=True)


def _amount(row) -> str:
    each = "" if pd.isna(row.per_real) else f"{row.per_real:g} for each recorded, "
    return f"{each}{count(row.n_synthetic)} in the mean"


def _verdict(verdict: str) -> Cell:
    sign, tone = TONES.get(verdict, ("–", "quiet"))
    return Cell(f"{sign} {verdict}", tone=tone)


def _alone(utility: pd.DataFrame, labels_read: pd.DataFrame) -> TableBlock:
    """What is learnt from synthetic movements alone, and what recorded ones teach to read in them."""
    read = labels_read.groupby(["classifier", "training_people", "generator"]).agg(
        right=("right", "sum"), trials=("trials", "sum"), worst=("share", "min")
    )
    rows = []
    for row in utility[utility["use"] == ALONE].itertuples():
        of_generator = read.loc[(row.classifier, row.training_people, row.generator)]
        share = percent(of_generator["right"] / of_generator["trials"]).text
        worst = f"{100 * of_generator['worst']:.0f} % of the worst class"
        cells = [number(row.accuracy_real, 3), number(row.accuracy, 3), Cell(share, worst)]
        rows.append([row.classifier, row.generator, count(row.n_people), *cells])
    caption = (
        "Accuracy on recorded test movements of classifiers that learnt from recorded movements or from "
        "synthetic ones alone; and the other way round, how many synthetic movements a classifier of "
        "recorded ones reads as what they were meant to be."
    )
    head = ["classifier", "synthetic movements of", "training people"]
    head += ["recorded alone", "synthetic alone", "synthetic read right"]
    return TableBlock(caption, head, rows, n_text=2, long=True)


def _measures(
    table: pd.DataFrame, caption: str, columns: Mapping[str, tuple[str, str]]
) -> TableBlock:
    values = table.pivot(index="source", columns="measure", values="value").reindex(
        index=list(dict.fromkeys(table["source"])), columns=list(columns)
    )
    present = values.columns[values.notna().any()]
    rows = [[source, *(short(value) for value in row)] for source, row in _rows(values[present])]
    return TableBlock(caption, ["movements", *(Cell(*columns[name]) for name in present)], rows)


def _rows(values: pd.DataFrame) -> Iterator[tuple[str, Sequence[float]]]:
    for source, row in values.iterrows():
        yield str(source), row.to_list()
