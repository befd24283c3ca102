"""A synthetic cohort folder is read back as it was written, and known for what it is."""

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.evaluation.synthetic_leakage import IN_COHORT
from biomechgpt.synthesis.synthetic_cohort import write_cohort
from biomechgpt.synthesis.synthetic_files import Origin, SyntheticMovement, write_movements


def test_a_cohort_folder_holds_every_movement(tmp_path):
    angles = 0.3 * np.sin(np.arange(60)[:, None] / 5 + np.arange(34)).astype(np.float32)
    movements = [SyntheticMovement(n, {"diagnosis": "stroke"}, angles + n / 10) for n in range(2)]
    folder = tmp_path / "fold-0/synthetic/words/seed-0"
    folder.mkdir(parents=True)
    paths = (folder / "joint_angles.parquet", folder / "trials.tsv")
    write_movements(*paths, Origin("fold-0", "words", 0), movements, 30.0)
    write_cohort(*paths, tmp_path / "cohort")
    (cohort,) = read_cohorts([{"name": "made", "path": str(tmp_path / "cohort")}])
    assert cohort.trials["diagnosis"].tolist() == ["stroke", "stroke"]
    assert all(map(IN_COHORT.search, cohort.trials["participant_id"]))
    assert "SYNTHETIC" in (tmp_path / "cohort/README").read_text()
    for movement, name in zip(movements, cohort.trials["file"], strict=True):
        text = (tmp_path / "cohort" / name).read_text()
        assert "SYNTHETIC" in text.partition("endheader")[0]
        table = pd.read_csv(
            tmp_path / "cohort" / name, sep="\t", skiprows=text[: text.index("time\t")].count("\n")
        )
        np.testing.assert_allclose(
            np.deg2rad(table[[*JOINT_NAMES]]), movement.angles_rad, atol=1e-6
        )
