"""The page of a study: what raters think of each arm, and how far the raters can be relied on."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biomechgpt.report.page.blocks import Block, Cell, Paragraph, Section, Sentences, TableBlock
from biomechgpt.report.page.wording import TONES, count, number, percent, verdict_cell
from biomechgpt.study.crossed_bootstrap import FEWEST_ITEMS, FEWEST_RATERS
from biomechgpt.study.rating_files import RatingProblem
from biomechgpt.study.study_folder import Study

Tables = Mapping[str, pd.DataFrame]


def study_sections(
    study: Study, tables: Tables, problems: Sequence[RatingProblem]
) -> list[Section]:
    """The sections in the order of the page; parts that the study does not have are left out."""
    sections = [("raters", "Who rated", _raters(study, tables))]
    if study.arms:
        sections.append(("arms", "What raters think of each arm", _arms(study, tables)))
    if not tables["sensitivity"].empty:
        sections.append(("pairs", "Original or synthetic", _pairs(tables["sensitivity"])))
    sections.append(("agreement", "How far raters agree", _agreement(tables)))
    sections.append(("problems", "Files that did not fit", _problems(problems)))
    return [
        Section(name, title, "Study", blocks, place)
        for place, (name, title, blocks) in enumerate(sections, start=1)
    ]


def _table(
    name: str, caption: str, head: list[str], rows: list[list[Cell | str]], n_text: int = 1
) -> Block:
    if not rows:
        return Paragraph(f"{caption} There is nothing to show.", "quiet")
    return TableBlock(caption, head, rows, n_text, file=f"{name}.csv")


def _raters(study: Study, tables: Tables) -> list[Block]:
    rows = [
        [r.rater, count(r.items), count(r.repeats), count(r.ratings), percent(r.cannot_judge),
         count(r.median_s)]
        for r in tables["raters"].itertuples()
    ]  # fmt: skip
    head = ["rater", "items", "repeats", "ratings", "cannot judge", "seconds an item (median)"]
    noun = "person" if len(rows) == 1 else "people"
    words = (
        f"{len(rows)} {noun} of {len(study.forms)} rated; each gave their word that no program rated for "
        "them. Raters saw neither the names of arms nor who was right."
    )
    lures = [
        [r.rater, count(r.lures), count(r.caught), _ends(r)] for r in tables["lures"].itertuples()
    ]
    caption = (
        "Lures: explanations of another movement. Caught: rated below the median of the rater's "
        "explanations (by chance half of them); with the exact 95 % interval of the share."
    )
    return [
        Paragraph(words),
        _table("raters", "The people who rated.", head, rows),
        _table("lures", caption, ["rater", "lures", "caught", "95 % interval"], lures),
    ]


def _ends(row, low: str = "low", high: str = "high", digits: int = 2) -> str:
    ends = getattr(row, low), getattr(row, high)
    return "–" if pd.isna(ends[0]) else f"{number(ends[0], digits)} to {number(ends[1], digits)}"


def _arms(study: Study, tables: Tables) -> list[Block]:
    means = [
        [r.scale, r.arm, number(r.value), _ends(r), count(r.n_items), count(r.n_raters)]
        for r in tables["arms"].itertuples()
    ]
    differences = [
        [r.scale, r.arm, r.other, number(r.difference), _ends(r), number(r.adjusted_p, 4),
         _verdict(r.verdict), count(r.n_items), count(r.n_raters)]
        for r in tables["contrasts"].itertuples()
    ]  # fmt: skip
    sizes = ["items", "raters"]
    return [
        Sentences(list(study.scales.items())),
        _table(
            "arms",
            "Mean of each arm, 1 (not at all) to 5 (wholly); best: share of items on which it is best. "
            "Intervals resample items and raters.",
            ["scale", "arm", "mean", "95 % interval", *sizes],
            means,
            n_text=2,
        ),
        _table(
            "contrasts",
            "Arm minus other arm, within items and raters. The verdict is that of p adjusted by Holm's "
            f"method over all rows; there is none with fewer than {FEWEST_RATERS} raters or {FEWEST_ITEMS} "
            "items. Where raters differ much, a handful of them makes the intervals too narrow.",
            [
                "scale",
                "arm",
                "other",
                "difference",
                "95 % interval",
                "adjusted p",
                "verdict",
                *sizes,
            ],
            differences,
            n_text=3,
        ),
    ]


def _verdict(verdict: str) -> Cell:
    return verdict_cell(verdict) if verdict in TONES else Cell(verdict, tone="quiet")


def _pairs(sensitivity: pd.DataFrame) -> list[Block]:
    rows = [
        [r.rater, percent(r.told, r.low, r.high), number(r.d_prime), _ends(r, "d_low", "d_high"),
         count(r.n_items), "" if pd.isna(r.verdict) else r.verdict]
        for r in sensitivity.itertuples()
    ]  # fmt: skip
    caption = (
        "How often the original of a pair was told from the synthetic movement; half by guessing. Of one "
        "rater with the exact interval, of all with one that resamples items and raters. Not told apart "
        "is no proof that the movements are alike."
    )
    head = ["rater", "told", "d'", "95 % interval", "pairs", "verdict"]
    return [_table("sensitivity", caption, head, rows)]


def _agreement(tables: Tables) -> list[Block]:
    rows = [
        [r.scale, r.coefficient, number(r.value), _ends(r), count(r.n_units), count(r.n_raters)]
        for r in tables["agreement"].itertuples()
    ]
    again = [
        [r.rater, r.scale, count(r.n), percent(r.equal), number(r.kappa)]
        for r in tables["intra_rater"].itertuples()
    ]
    return [
        _table(
            "agreement",
            "Agreement between raters. ICC: of units that all rated, F-based interval, (2,1) of one rater "
            "and (2,k) of the mean of all. The others bear missing cells; their intervals resample items.",
            ["scale", "coefficient", "value", "95 % interval", "units", "raters"],
            rows,
            n_text=2,
        ),
        _table(
            "intra_rater",
            "Each rater's agreement with itself on items that came twice: share of equal ratings, and kappa, "
            "quadratically weighted on scales.",
            ["rater", "scale", "ratings twice", "equal", "kappa"],
            again,
            n_text=2,
        ),
    ]


def _problems(problems: Sequence[RatingProblem]) -> list[Block]:
    rows = [[p.file or "–", p.rater or "–", p.problem, p.detail] for p in problems]
    return [
        _table(
            "problems",
            "What was refused or is missing.",
            ["file", "rater", "problem", "detail"],
            rows,
            n_text=4,
        )
    ]
