"""The weights of the motion tokenizer do not depend on how many cores are free."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from tests.helpers.paths import read_yaml
from tests.helpers.script_process import Files, run_script, weights_sha256

pytestmark = pytest.mark.slow


def train(folder, cores, shard, tables, cfg):
    return run_script(
        "train_tokenizer",
        folder,
        cores,
        input=Files(joint_angles=[str(shard)], **tables),
        params=Files(
            threads=2,
            cfg=cfg.to_dict(),
            ingest=read_yaml("config.yaml")["ingest"],
            motion=read_yaml("config.yaml")["motion"],
            training_code="code",
        ),
        wildcards=Files(fold="holdout"),
    )


def test_one_and_four_free_cores_give_the_same_tokenizer(shard, tmp_path, tiny_cfg):
    ids = [f"t{number:02d}" for number in range(12)]
    trials = pd.DataFrame({"trial_id": ids, "participant_id": [f"p{n % 4}" for n in range(12)]})
    trials.to_parquet(tmp_path / "trials.parquet")
    folds = "fold\tparticipant_id\tsplit\n" + "".join(f"holdout\tp{n}\ttrain\n" for n in range(4))
    (tmp_path / "folds.tsv").write_text(folds)
    tables = {name: str(tmp_path / name) for name in ("trials.parquet", "folds.tsv")}
    tables = {"trials": tables["trials.parquet"], "folds": tables["folds.tsv"]}
    wide = tiny_cfg.model_copy(update={"width": 96, "code_dim": 96, "batch_size": 32, "steps": 20})
    with ThreadPoolExecutor() as pool:  # of the processes, side by side
        folders = pool.map(lambda n: train(tmp_path / str(n), n, shard, tables, wide), (1, 4))
        first, second = folders
    assert weights_sha256(first) == weights_sha256(second) != []
