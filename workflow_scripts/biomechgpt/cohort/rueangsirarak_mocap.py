"""Walks of patients and healthy people by optical motion capture (Rueangsirarak et al. 2018) as a cohort.

Source: https://github.com/hubertshum/Automatic-Musculoskeletal-And-Neurological-Disorder-Diagnosis,
commit 7f51b280, GPL-3.0. W. Rueangsirarak et al., IEEE TNSRE 26(12), 2018, doi
10.1109/TNSRE.2018.2880871. Its Annotations.xlsx calls the people of group D healthy; those of A, B
and C have a muscle weakness, a neurological defect or a joint problem. The healthy people's files
were exported otherwise than the patients' (rounding, pose of the arms; measured).
"""

import re
from pathlib import Path

from biomechgpt.cohort.laid_out_tables import write_tables
from biomechgpt.errors import InputError

NAME = re.compile(r"Subject(?P<person>(?P<group>[A-D])\d+)_Cycle(?P<cycle>\d)\.bvh")


def lay_out(folder: Path) -> int:
    """Write `participants.tsv` and `trials.tsv` beside the recordings; return how many there are.

    Args:
        folder: The original folder `dataset`, which becomes the cohort folder.

    Raises:
        InputError: No recordings are in `folder`.
    """
    files = sorted(path.name for path in folder.glob("*.bvh"))
    names = [name for name in map(NAME.fullmatch, files) if name]
    if not names:
        raise InputError(
            f"{folder} holds no file such as SubjectA1_Cycle1.bvh: name the folder dataset of the repository "
            "hubertshum/Automatic-Musculoskeletal-And-Neurological-Disorder-Diagnosis."
        )
    write_tables([_row(name) for name in names], folder)
    return len(names)


def _row(name: re.Match) -> dict[str, str]:
    return {
        "trial_id": f"{name['person']}_{name['cycle']}",
        "participant_id": name["person"],
        "file": name[0],
        "activity": "overground walking",
        "abnormal_gait": "no" if name["group"] == "D" else "yes",
    }
