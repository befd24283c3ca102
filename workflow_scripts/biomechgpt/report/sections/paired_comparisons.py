"""Every paired difference of a language model with its interval and verdict."""

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.evaluation.intervals import T_TEST_PARTICIPANTS
from biomechgpt.evaluation.multiplicity import draws_needed
from biomechgpt.report.page.blocks import Cell, Paragraph, TableBlock
from biomechgpt.report.page.wording import count, difference, number
from biomechgpt.report.results import NAMES, Results
from biomechgpt.report.sections.task_sentences import before_adjustment, verdict


def comparisons(results: Results) -> list:
    """How many comparisons there are, and a table of all."""
    table = results.comparisons[results.comparisons["variant"].isin(results.variants)]
    rows = [
        [
            plain(row.task),
            row.variant,
            row.other,
            NAMES[row.metric],
            difference(row.metric, row),
            number(row.p, 4),
            Cell(number(row.adjusted_p, 4), f"of {row.n_comparisons}"),
            verdict(row)._replace(sub=before_adjustment(row)),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in table.itertuples()
    ]
    if not rows:
        return [Paragraph("There is no baseline to compare with.", "quiet")]
    caption = (
        "Paired differences on the same trials and the same bootstrap draws, signed so that "
        "positive means better (for the mean absolute error: how much smaller it is). The verdict is "
        "that of the adjusted p; where the interval alone says another, that stands under it."
    )
    head = ["question", "model", "compared with", "measure", "difference [95 % interval]", "p"]
    head += ["adjusted p", "verdict", "participants", "trials"]
    return [
        Paragraph(number_of_comparisons(results)),
        TableBlock(caption, head, rows, n_text=4, long=True),
    ]


def number_of_comparisons(results: Results) -> str:
    """How many comparisons were made, and how many verdicts their number leaves."""
    rows = results.headline_comparisons
    decided = [
        (rows[name].isin(("above", "below"))).sum() for name in ("verdict", "adjusted_verdict")
    ]
    return (
        f"{len(rows)} comparisons in headline measures (macro F1, mean absolute error), and as many in "
        f"weighted F1 and r. {decided[0]} of their intervals exclude 0; {decided[1]} verdicts remain when p "
        "is adjusted by Holm's method within each family, one model against another over all questions."
        f" Under {T_TEST_PARTICIPANTS} participants p is the larger one of bootstrap and paired t-test."
        + _too_few_draws(results.draws, rows["n_comparisons"].max())
    )


def _too_few_draws(draws: int, largest_family: float) -> str:
    """A warning where not even the least p that the bootstrap can give would stand."""
    needed = draws_needed(largest_family) if largest_family > 0 else 0
    if draws >= needed:
        return ""
    return (
        f" {draws} draws cannot leave a verdict in a family of {largest_family:.0f}: "
        f"evaluate.bootstrap_draws needs {needed} or more."
    )
