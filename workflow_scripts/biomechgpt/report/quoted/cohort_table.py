"""The cohort of a run beside Table 1 of the paper (arXiv 2505.18465v1)."""

from biomechgpt.report.quoted.record import Record

PAPER_PEOPLE, PAPER_TRIALS, PAPER_TRIAL_S = 467, 6848, 17.9
# task: the people of the paper who have its label, and how a reader calls them
PAPER_LABELLED = {
    "impaired": (435, "with impairment label"),
    "fall_history": (44, "prosthesis users with fall history"),
    "walking_speed": (137, "with walkway labels"),
    "tug": (119, "with timed up and go"),
    "fsst": (103, "with four square step test"),
}


def cohort_table(record: Record) -> str:
    """A Markdown table: people, trials, their length, and how many people have which label."""
    n_people, n_trials = cohort_size(record)
    rows = [
        ["", "paper", "this cohort"],
        ["---"] * 3,
        ["people", str(PAPER_PEOPLE), str(n_people)],
        ["trials", _trials(PAPER_TRIALS, PAPER_PEOPLE), _trials(n_trials, n_people)],
        ["mean length of a trial", f"{PAPER_TRIAL_S} s", f"{record.run['mean_trial_s']:.1f} s"],
        *(
            _labelled(row, n_people)
            for row in record.labels.itertuples()
            if row.task in PAPER_LABELLED
        ),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def cohort_size(record: Record) -> tuple[int, int]:
    """Participants and accepted trials on all sides of a split."""
    sizes = record.fold_sizes
    fold = sizes[sizes["fold"] == sizes["fold"].iloc[0]]
    return fold["participants"].sum(), fold["trials"].sum()


def _trials(n_trials: int, n_people: int) -> str:
    return f"{n_trials:,} ({n_trials / n_people:.1f} a person)"


def _labelled(row, n_people: int) -> list[str]:
    paper, words = PAPER_LABELLED[row.task]
    return [words, _share(paper, PAPER_PEOPLE), _share(row.participants, n_people)]


def _share(n: int, n_people: int) -> str:
    return f"{n} ({100 * n / n_people:.0f} %)"
