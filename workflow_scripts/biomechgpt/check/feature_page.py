"""The page that a check of videos ends with, in plain words."""

from collections.abc import Iterable, Sequence

import numpy as np

from biomechgpt.check.check_page import by_severity, verdict
from biomechgpt.check.feature_check import FeatureCheck, ViewCheck
from biomechgpt.check.shortcuts import Figures, Shortcut
from biomechgpt.video.clip_files import COLUMNS
from biomechgpt.video.clips import step_times

REFUSED = (
    "The column on the left is no result and is written nowhere else: clips of one video stand on both "
    "sides, so it says how well a scene is recognised. A run keeps groups apart (split.group)."
)


def feature_page(check: FeatureCheck, table: str) -> str:
    """The check as text; `table` names the full list of findings."""
    parts = [_view(view) for view in check.views]
    parts += by_severity(check.findings, table)
    if check.shortcuts:
        parts.append("\n".join(_shortcuts(check.shortcuts)))
    parts.append(verdict(check.findings))
    return "\n\n".join(parts) + "\n"


def _view(view: ViewCheck) -> str:
    """How many files of a column can be used, of which encoder they are, and how many rows they have."""
    text = f"{COLUMNS[view.view]}: {len(view.clips)} of {len(view.videos)} files can be used."
    if not view.clips:
        return text
    source = next(iter(view.clips.values())).source
    rows = [len(clip.values) for clip in view.clips.values()]
    between_s = float(np.diff(step_times(2, source))[0])
    known = [n_expected for n_expected in view.expected.values() if n_expected is not None]
    expected = (
        f"expected {min(known)} to {max(known)}" if known else "the length of no trial is known"
    )
    revision = source.revision or "not said"
    return (
        f"{text}\n  {source.encoder}, revision {revision}, {source.width} numbers a row, a row every "
        f"{between_s:.3f} s ({source.fps:g} pictures a second, stride {source.stride_frames})\n  "
        f"{min(rows)} to {max(rows)} rows a trial; {expected}"
    )


def _shortcuts(shortcuts: Sequence[Shortcut]) -> Iterable[str]:
    """What the source alone tells of each task: accuracy and macro F1 in both divisions."""
    yield "WHAT THE SOURCE ALONE TELLS (cohort, camera, size and length of the video, box of the person)"
    yield f"  {'':<24}{'clips at random':>22}{'videos kept apart':>22}{'always the commonest':>24}"
    yield f"  {'accuracy / macro F1':<24}{'NOT A RESULT':>22}"
    for row in shortcuts:
        figures = (
            f"{_figures(row.at_random):>22}{_figures(row.kept_apart):>22}{row.majority:>24.2f}"
        )
        yield f"  {row.task:<24}{figures}   ({row.clips} clips, {row.videos} videos or groups)"
    yield f"  {REFUSED}"


def _figures(figures: Figures) -> str:
    return f"{figures.accuracy:.2f} / {figures.macro_f1:.2f}"
