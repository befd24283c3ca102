"""The videos that the tables of cohorts name, and an issue for each that cannot be used."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.tables import Cohort, trial_labels
from biomechgpt.errors import InputError
from biomechgpt.recordings.issues import Issue, issue_of
from biomechgpt.settings.video_section import VideoSettings, VideoView
from biomechgpt.video.clip_storage import Clip
from biomechgpt.video.clips import read_clip
from biomechgpt.video.feature_sidecars import VideoError

COLUMNS: Mapping[VideoView, str] = {"features": "video_features", "keypoints": "keypoints"}
STAGE = "read_video"


class TrialVideo(NamedTuple):
    """Where the video of a trial stands."""

    info: dict  # cohort, participant_id, trial_id, file (as trials.tsv names it), split_group
    folder: Path  # of the cohort
    view: VideoView

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.info["file"]


def listed_videos(cohorts: Sequence[Cohort], view: VideoView) -> list[TrialVideo]:
    """The files that the column of a view names.

    Raises:
        InputError: A path leads out of its cohort's folder.
    """
    videos, faults = [], []
    for cohort in cohorts:
        labels = trial_labels([cohort])
        if COLUMNS[view] not in labels:
            continue
        for line, row in zip(cohort.trials.index, labels.to_dict("records"), strict=True):
            file = row[COLUMNS[view]]
            if file is None:
                continue
            if not (cohort.folder / file).resolve().is_relative_to(cohort.folder.resolve()):
                faults.append(
                    f"{cohort.folder / 'trials.tsv'}, line {line}, column {COLUMNS[view]!r}: {file!r} must "
                    "be a path inside the cohort's folder"
                )
            ids = ("cohort", "participant_id", "trial_id", "split_group")
            videos.append(
                TrialVideo({k: row[k] for k in ids} | {"file": file}, cohort.folder, view)
            )
    if faults:
        raise InputError(*faults)
    return videos


def videos_by_trial(
    cohorts: Sequence[Cohort], settings: VideoSettings | None
) -> dict[str, TrialVideo]:
    """By trial id the videos that a model with these settings reads.

    Raises:
        InputError: A path leads out of its cohort's folder.
    """
    videos = listed_videos(cohorts, settings.view) if settings else []
    return {video.info["trial_id"]: video for video in videos}


def videos_digest(cohorts: Sequence[Cohort], view: VideoView) -> str:
    """sha256 over names, sizes and times of the files, so that a changed one is noticed."""
    digest = hashlib.sha256()
    for video in listed_videos(cohorts, view):
        files = sorted(video.path.glob("*")) if video.path.is_dir() else [video.path]
        states = [(file.name, file.stat()) for file in files if file.is_file()]
        sizes_and_times = [(name, state.st_size, state.st_mtime_ns) for name, state in states]
        digest.update(repr((video.info, sizes_and_times)).encode())
    return digest.hexdigest()


def read_clips(
    videos: Iterable[TrialVideo], durations_s: Mapping[str, float]
) -> tuple[dict[str, Clip], list[Issue]]:
    """The clips of the trials that have a duration, by trial id, and what is wrong with the others.

    Files of equal content that belong to people on possibly different sides of the split are all left
    out: nobody can know whose they are.
    """
    clips, issues, owners = {}, [], defaultdict(list)
    for video in videos:
        trial_id = video.info["trial_id"]
        if trial_id not in durations_s:
            continue
        try:
            clips[trial_id] = read_clip(video.path, video.folder, durations_s[trial_id], video.view)
        except VideoError as error:
            issues.append(issue_of(video.info, STAGE, "rejected", error.problem, error.detail))
            continue
        owners[hashlib.sha256(clips[trial_id].values.tobytes()).digest()].append(video)
    for group in owners.values():
        if len({video.info["split_group"] for video in group}) > 1:
            issues += [_duplicate(video, group) for video in group]
            for video in group:
                del clips[video.info["trial_id"]]
    return clips, issues


def _duplicate(video: TrialVideo, group: Sequence[TrialVideo]) -> Issue:
    others = [other.info["file"] for other in group if other is not video]
    detail = (
        f"the same numbers as {', '.join(others[:3])} of other people, who may stand on another side of "
        "the split; make them anew, or give these people one split_group"
    )
    return issue_of(video.info, STAGE, "rejected", "duplicate_features", detail)


def video_durations(trials: pd.DataFrame) -> dict[str, float]:
    """By accepted trial its length in s."""
    return dict(zip(trials["trial_id"], trials["duration_s"], strict=True))
