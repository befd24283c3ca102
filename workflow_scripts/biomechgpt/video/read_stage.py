"""The stage that reads the videos of all accepted trials."""

import os

from biomechgpt.cohort.tables import Cohort, select_cohorts
from biomechgpt.errors import InputError
from biomechgpt.recordings.issues import export_issues
from biomechgpt.settings.video_section import VideoView
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.video.clip_files import (
    COLUMNS,
    listed_videos,
    read_clips,
    video_durations,
    videos_digest,
)
from biomechgpt.video.clip_storage import write_clips


def read_videos(
    cohorts: list[Cohort],
    recorded: list[dict],
    view: VideoView,
    trials_path: os.PathLike,
    clips_path: os.PathLike,
    issues_path: os.PathLike,
    digest: str,
) -> None:
    """Write the clips of a view, and a table of those that cannot be used, whose trials keep their body.

    `digest` is that of `videos_digest` for the cohorts of `recorded`, entries of the config, when the run
    began.

    Raises:
        InputError: No video can be used, they are of several encoders, or files changed meanwhile.
    """
    videos = listed_videos(cohorts, view)
    if not videos:
        raise InputError(f"No trials.tsv names a file in a column {COLUMNS[view]} (docs/video.md).")
    clips, issues = read_clips(videos, video_durations(read_accepted(trials_path)))
    export_issues(issues_path, issues)
    if not clips:
        first = f"first {issues[0].file}: {issues[0].detail}" if issues else "of accepted trials"
        raise InputError(f"Of {len(videos)} files in {COLUMNS[view]} none can be used; {first}")
    write_clips(clips_path, clips)
    if videos_digest(select_cohorts(cohorts, recorded), view) != digest:
        raise InputError(
            f"Files of the column {COLUMNS[view]} changed while the workflow ran: start it again."
        )
