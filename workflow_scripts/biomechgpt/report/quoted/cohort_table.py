"""The cohort of a run beside Table 1 of the paper (arXiv 2505.18465v1)."""

from biomechgpt.evaluation.paper import paper_tasks
from biomechgpt.report.quoted.record import Record

PAPER_PEOPLE, PAPER_TRIALS, PAPER_TRIAL_S = 467, 6848, 17.9
# task of the paper: the people of the paper who have its label, and how a reader calls them
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
    tasks = paper_tasks(record.settings.tasks)
    labelled = dict(zip(record.labels["task"], record.labels["participants"], strict=True))
    rows = [
        ["", "paper", "this cohort"],
        ["---"] * 3,
        ["people", str(PAPER_PEOPLE), str(n_people)],
        ["trials", _trials(PAPER_TRIALS, PAPER_PEOPLE), _trials(n_trials, n_people)],
        ["mean length of a trial", f"{PAPER_TRIAL_S} s", f"{record.run['mean_trial_s']:.1f} s"],
        *(
            [words, _share(n_paper, PAPER_PEOPLE), _share(labelled[task], n_people)]
            for task, theirs in tasks.items()
            if theirs in PAPER_LABELLED and task in labelled
            for n_paper, words in [PAPER_LABELLED[theirs]]
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


def _share(n: int, n_people: int) -> str:
    return f"{n} ({100 * n / n_people:.0f} %)"
