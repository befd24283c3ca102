"""From tokens back to a cohort folder of motion files."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.tokenizer.coding import decode_trial
from biomechgpt.tokenizer.reconstruction import check_named, reconstruct_shard
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.small_tokenizer import TINY, train_on

IDS = ["t00", "t05", "site/t 08"]  # with several cohorts an id has its cohort in front
INGEST = IngestSettings(
    shards=1, angle_unit_when_unstated="refuse", min_leg_joints=14, joint_centre_low_pass_hz=6
)


@pytest.fixture(scope="module")
def made(shard, tmp_path_factory):
    """A folder with a tokenizer, angles and tokens of three trials, one with an odd id."""
    folder = tmp_path_factory.mktemp("made")
    trained = train_on([shard], {"t00", "t01"}, TINY, folder / "checkpoints")
    save_tokenizer(folder / "tokenizer", trained, TINY, 30, ["mtp_angle_r"])
    own = {trial.info["trial_id"]: trial for trial in read_trials(shard)}
    with FrameWriter(folder / "angles.parquet", JOINT_NAMES, unit="rad") as writer:
        for trial_id, source in zip(IDS, ("t00", "t05", "t08"), strict=True):
            writer.write({"trial_id": trial_id, "participant_id": "p0"}, own[source].frames)
    tokenise_shard(folder / "tokenizer", folder / "angles.parquet", set(IDS), folder / "0.parquet")
    return folder


@pytest.fixture(scope="module")
def trials():
    table = pd.DataFrame({"trial_id": IDS, "participant_id": "p0", "cohort": "made-up"})
    return table.assign(missing_joints=[[], ["neck_extension"], []])


def test_motion_files_read_back_as_what_the_tokens_decode_to(made, trials, root, tmp_path):
    out = tmp_path / "out"
    reconstruct_shard(made / "tokenizer", made / "0.parquet", trials, set(), out)
    maps = sorted((root / "resources/coordinate_maps").glob("*.yaml"))
    cohort = read_cohort("again", out)
    read, issues = tmp_path / "read.parquet", tmp_path / "issues.parquet"
    ingest_shard([cohort], reading_with(maps, INGEST), 0, 1, read, issues)
    tokenizer, tokens = load_tokenizer(made / "tokenizer"), read_tokens([made / "0.parquet"])
    decoded = {
        trial_id: decode_trial(tokenizer, codes)
        for trial_id, codes in zip(tokens.trial_ids, tokens.tokens, strict=True)
    }
    read_again = {trial.info["trial_id"]: trial for trial in read_trials(read)}
    assert set(read_again) == {"t00", "t05", "site@t 08"}
    for trial_id, trial in read_again.items():
        wanted = decoded[trial_id.replace("@", "/")]
        np.testing.assert_allclose(trial.frames[:, 7:], wanted, rtol=1e-7, atol=1e-10)
        assert trial.info["frame_rate_hz"] == pytest.approx(30, rel=1e-6)


def test_files_say_what_is_simulated_and_what_was_not_recorded(made, trials, tmp_path):
    simulated, recorded = tmp_path / "simulated", tmp_path / "recorded"
    reconstruct_shard(made / "tokenizer", made / "0.parquet", trials, {"made-up"}, simulated)
    reconstruct_shard(made / "tokenizer", made / "0.parquet", trials, set(), recorded)
    assert "simulated, not recorded" in (simulated / "t00.mot").read_text()
    assert "simulated" not in (recorded / "t00.mot").read_text()
    assert "made up: neck_extension." in (recorded / "t05.mot").read_text()
    assert "made up" not in (recorded / "t00.mot").read_text()
    assert (recorded / "site@t 08.mot").is_file()


def test_only_the_trials_asked_for_are_written(made, trials, tmp_path):
    reconstruct_shard(made / "tokenizer", made / "0.parquet", trials[:1], set(), tmp_path / "one")
    assert [path.name for path in (tmp_path / "one").glob("*.mot")] == ["t00.mot"]
    reconstruct_shard(made / "tokenizer", made / "0.parquet", trials[:0], set(), tmp_path / "none")
    assert read_cohort("none", tmp_path / "none").trials.empty


def test_tokens_of_another_tokenizer_are_refused(made, shard, trials, tmp_path):
    trained = train_on(
        [shard], {"t02"}, TINY.model_copy(update={"seed": 1, "steps": 2}), tmp_path / "c"
    )
    save_tokenizer(tmp_path / "other", trained, TINY, 30, [])
    with pytest.raises(InputError, match=r"0\.parquet: made by another tokenizer"):
        reconstruct_shard(tmp_path / "other", made / "0.parquet", trials, set(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_unknown_trial_is_named(trials):
    check_named(["t00"], trials)
    with pytest.raises(InputError, match=r"names t0, .*did you mean t0\d\? .*ingest_report"):
        check_named(["t00", "t0"], trials)
