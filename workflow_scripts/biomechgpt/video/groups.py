"""Whether clips of one video stay on one side of the split."""

from collections.abc import Iterator, Sequence
from typing import Literal

import pandas as pd

from biomechgpt.cohort.tables import Cohort, trial_labels
from biomechgpt.errors import InputError
from biomechgpt.video.clip_files import COLUMNS
from biomechgpt.video.source_numbers import VIDEO

MOST_NAMED = 3  # of the videos with a fault


def check_groups(cohorts: Sequence[Cohort], group: Literal["person", "video"] | None) -> None:
    """Check the groups where a config names one.

    Raises:
        InputError: as `group_faults` says.
    """
    faults = list(group_faults(cohorts, group)) if group and cohorts else []
    if faults:
        raise InputError(*faults)


def group_faults(
    cohorts: Sequence[Cohort], group: Literal["person", "video"] | None
) -> Iterator[str]:
    """A sentence for each video of which nobody knows that it stays on one side."""
    labels = trial_labels(list(cohorts))
    columns = [column for column in COLUMNS.values() if column in labels]
    with_video = labels[labels[columns].notna().any(axis=1)]
    if VIDEO not in labels:
        if group == "video":
            yield (
                f"split.group is video, but no trials.tsv has a column {VIDEO}: write there which video each "
                "trial is cut from"
            )
        return
    unnamed = with_video.loc[with_video[VIDEO].isna(), "trial_id"]
    if group == "video" and len(unnamed):
        yield (
            f"{len(unnamed)} trials have a video and no {VIDEO} in trials.tsv, first {unnamed.iloc[0]}: "
            "without it nobody knows which clips belong together"
        )
    yield from _spread(labels.dropna(subset=[VIDEO]))


def _spread(labels: pd.DataFrame) -> Iterator[str]:
    """The videos whose people have several split groups."""
    groups = labels.groupby(["cohort", VIDEO])["split_group"].unique()
    spread = groups[groups.map(len) > 1]
    for (_, video), members in spread.head(MOST_NAMED).items():
        yield (
            f"{VIDEO} {video} stands at {len(members)} groups of people ({', '.join(members[:3])}), which "
            "may come to different sides of the split: give all people of a video the same split_group in "
            f"participants.tsv ({len(spread)} such videos)"
        )
