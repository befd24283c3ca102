"""What a study of synthesis writes of folds of made-up people, and the tables made of it."""

import pandas as pd

from biomechgpt.evaluation.synthesis_names import (
    ALONE,
    OTHER_PEOPLE,
    READS_SYNTHETIC,
    REAL,
    SHUFFLED,
    TRAINING,
    WITH_REAL,
)
from biomechgpt.evaluation.synthesis_tables import study_tables

RIGHT = {  # of 20 walks, by arm: of the validation person, and of each of six test people
    (REAL, "", 0.0): (10, [10, 12, 9, 11, 10, 8]),
    (WITH_REAL, "good", 1.0): (12, [15, 15, 13, 15, 16, 12]),
    (WITH_REAL, "lucky", 1.0): (11, [19, 19, 19, 19, 19, 19]),
    (WITH_REAL, "bad", 1.0): (9, [4, 5, 2, 6, 3, 1]),
    (WITH_REAL, "same", 1.0): (10, [10, 13, 8, 12, 9, 8]),
    (ALONE, "good", 1.0): (5, [9, 9, 9, 9, 9, 9]),
    (WITH_REAL, OTHER_PEOPLE, 1.0): (19, [18, 20, 16, 18, 19, 15]),
    (WITH_REAL, SHUFFLED, 1.0): (20, [10, 11, 9, 12, 10, 8]),
}


def answer_rows(fold, n_people=6):
    head = {"classifier": "rocket", "training_people": 2, "n_people": 2, "seed": 0, "label": ""}
    rows = []
    for (use, generator, per_real), (validation, test) in RIGHT.items():
        arm = {"use": use, "generator": generator, "per_real": per_real}
        arm |= {"n_synthetic": 0 if use == REAL else 40, "trials": 20}
        people = [("validation", "v", validation)]
        people += [
            ("test", f"{fold}-{number}", right) for number, right in enumerate(test[:n_people])
        ]
        for split, person, right in people:
            rows.append(head | arm | {"split": split, "participant_id": person, "right": right})
    arm = {"use": READS_SYNTHETIC, "generator": "good", "per_real": 0.0, "n_synthetic": 40}
    for label, right in (("x", 18), ("y", 6)):
        cells = {"split": "synthetic", "participant_id": "", "right": right, "trials": 20}
        rows.append(head | arm | cells | {"label": label})
    return rows


def measure_rows(value):
    rows = [
        {"source": source, "measure": measure, "value": value * factor, "n_walks": 40}
        for source, factor in ((TRAINING, 1), ("good", 1.5))
        for measure in ("speed_deg_s", "frechet_distance", "nearest_ratio")
    ]
    return rows


def tables_of(folder, folds):
    paths = {"utility": [], "measures": []}
    for fold, rows in enumerate(folds):
        for name, content in (("utility", rows), ("measures", measure_rows(fold + 1.0))):
            path = folder / f"{name}-{fold}.parquet"
            pd.DataFrame(content).to_parquet(path)
            paths[name].append(path)
    return study_tables(paths["utility"], paths["measures"], 500, 0)
