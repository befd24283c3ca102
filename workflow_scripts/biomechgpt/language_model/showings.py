"""What a model that reads video and body is shown to see on which of them its answers rest."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.settings.video_section import Showing

SEED = 0  # of who lends a modality to whom


def shown(
    motions: Mapping[str, MotionInput], showing: Showing, rows: pd.DataFrame
) -> dict[str, MotionInput]:
    """The trials of `rows` (trial_id, participant_id, split) that have a video, as `showing` says.

    With one modality alone the other is withheld. Swapped, it is that of a trial of another participant
    of the same split, the same one each time. A trial without anybody else in its split is left out.
    """
    trials = rows.drop_duplicates("trial_id").sort_values("trial_id")
    trials = trials[[motions[trial_id].shows_video for trial_id in trials["trial_id"]]]
    own = {trial_id: motions[trial_id] for trial_id in trials["trial_id"]}
    match showing:
        case "video-alone":
            return {trial_id: motion.without_body() for trial_id, motion in own.items()}
        case "body-alone":
            return {trial_id: motion.without_video() for trial_id, motion in own.items()}
    lenders = _lenders(trials)
    if showing == "video-swapped":
        return {name: own[name]._replace(video=own[other].video) for name, other in lenders.items()}
    return {name: own[other]._replace(video=own[name].video) for name, other in lenders.items()}


def _lenders(trials: pd.DataFrame) -> dict[str, str]:
    """For each trial one of another participant of its split."""
    random, lenders = np.random.default_rng(SEED), {}
    for _, side in trials.groupby("split"):
        people = side.set_index("trial_id")["participant_id"]
        for trial_id, person in people.items():
            others = people.index[people != person]
            if len(others):
                lenders[trial_id] = others[random.integers(len(others))]
    return lenders
