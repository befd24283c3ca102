"""Look at the videos of cohorts as the run will, without training and without stopping at what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.check.findings import Finding, of_topic
from biomechgpt.check.readable_trials import readable_trials
from biomechgpt.check.shortcuts import Shortcut, shortcuts
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.tables import Cohort, read_cohorts
from biomechgpt.errors import InputError, collected
from biomechgpt.recordings.recording import Reading
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.video_section import VideoView
from biomechgpt.video.clip_files import (
    COLUMNS,
    TrialVideo,
    listed_videos,
    read_clips,
    video_durations,
)
from biomechgpt.video.clip_storage import Clip, common_source
from biomechgpt.video.clips import expected_steps
from biomechgpt.video.groups import group_faults

ALIKE = 0.999  # cosine of mean features, from which on two clips may show the same
MOST_COMPARED = 3000  # clips; more would take minutes
NO_VIDEO = f"No trials.tsv names a file in {' or '.join(COLUMNS.values())} (docs/video.md)."


class ViewCheck(NamedTuple):
    """What one column of the tables holds."""

    view: VideoView
    videos: list[TrialVideo]
    clips: dict[str, Clip]  # that can be used
    expected: dict[str, int | None]  # rows of each; None where the trial's length is not known


class FeatureCheck(NamedTuple):
    """All that a check of videos saw."""

    findings: list[Finding]
    views: list[ViewCheck]
    shortcuts: list[Shortcut]


def check_features(
    entries: Sequence[dict], settings: RunSettings, reading: Reading
) -> FeatureCheck:
    """Check the videos of the cohorts of `entries`, those of the config that have a path."""
    faults: list[InputError] = []
    with collected(faults):
        cohorts = read_cohorts(list(entries), with_prefix=len(settings.cohorts) > 1)
    if faults:
        sentences = [sentence for fault in faults for sentence in fault.args]
        return FeatureCheck(of_topic("tables", "stops", sentences), [], [])
    durations_s = _durations(cohorts, reading, settings)
    findings, views = _groups(cohorts, settings), []
    for view in COLUMNS:
        check, of_view = _view(cohorts, view, durations_s)
        findings += of_view
        views += [check] if check.videos else []
    if not views:
        findings.append(Finding("look", "videos", NO_VIDEO))
    return FeatureCheck(findings, views, list(shortcuts(cohorts, settings.tasks)))


def _durations(
    cohorts: Sequence[Cohort], reading: Reading, settings: RunSettings
) -> dict[str, float]:
    """By trial with a usable recording of the body its length in s."""
    files = motion_files(list(cohorts), reading)
    trials, _ = readable_trials(files, reading, settings.motion)
    return video_durations(trials) if len(trials) else {}


def _groups(cohorts: Sequence[Cohort], settings: RunSettings) -> list[Finding]:
    group = settings.split.group
    faults = group_faults(cohorts, group)
    if group is None:
        sentence = "split.group is missing, which a run with videos needs: person or video (docs/video.md)."
        return [Finding("look", "groups", sentence), *of_topic("groups", "stops", faults)]
    return of_topic("groups", "stops", faults)


def _view(
    cohorts: Sequence[Cohort], view: VideoView, durations_s: Mapping[str, float]
) -> tuple[ViewCheck, list[Finding]]:
    """What the files of a column hold, and what is wrong with them."""
    faults: list[InputError] = []
    videos: list[TrialVideo] = []
    with collected(faults):
        videos = listed_videos(cohorts, view)
    findings = of_topic("tables", "stops", (text for fault in faults for text in fault.args))
    lengths_s = {v.info["trial_id"]: durations_s.get(v.info["trial_id"]) for v in videos}
    clips, issues = read_clips(videos, lengths_s)
    findings += [
        Finding("look", "videos", f"{issue.problem}: {issue.file}: {issue.detail}")
        for issue in issues
    ]
    if videos and not clips:
        findings.append(
            Finding("stops", "videos", f"No file of the column {COLUMNS[view]} can be used.")
        )
    if clips:
        findings += (
            _kinds(clips) + _fitted(clips) + of_topic("videos", "look", _alike(videos, clips))
        )
    expected = {
        trial_id: lengths_s[trial_id] and expected_steps(lengths_s[trial_id], clip.source)
        for trial_id, clip in clips.items()
    }
    return ViewCheck(view, videos, clips, expected), findings


def _kinds(clips: Mapping[str, Clip]) -> list[Finding]:
    """A finding where clips are of several encoders."""
    faults: list[InputError] = []
    with collected(faults):
        common_source(clips)
    return of_topic("videos", "stops", (text for fault in faults for text in fault.args))


def _fitted(clips: Mapping[str, Clip]) -> list[Finding]:
    """A finding where an encoder was fitted to the videos themselves."""
    fitted = {clip.source.fine_tuned_on for clip in clips.values()} - {None}
    sentence = (
        "The encoder was fitted on {}: if test people are among them, their figures are no test."
    )
    return of_topic("videos", "look", (sentence.format(what) for what in sorted(fitted)))


def _alike(videos: Sequence[TrialVideo], clips: Mapping[str, Clip]) -> Iterator[str]:
    """Pairs of clips of different groups that may show the same: another crop, another cut."""
    groups = {video.info["trial_id"]: video.info["split_group"] for video in videos}
    names = list(clips)[:MOST_COMPARED]
    if len(clips) > MOST_COMPARED:
        yield f"Only the first {MOST_COMPARED} of {len(clips)} clips were compared with each other."
    means = np.stack([clips[name].values.mean(axis=0) for name in names])
    means -= means.mean(axis=0)
    means /= np.linalg.norm(means, axis=1, keepdims=True).clip(min=1e-9)
    rows, columns = np.nonzero(np.triu(means @ means.T > ALIKE, k=1))
    for first, second in zip(rows.tolist(), columns.tolist(), strict=True):
        if groups[names[first]] != groups[names[second]]:
            yield (
                f"{names[first]} and {names[second]} have nearly the same mean features, and their people "
                "may stand on different sides of the split: is it one video, cut or cropped twice?"
            )
