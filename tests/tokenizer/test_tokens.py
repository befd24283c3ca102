import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from biomechgpt.body.mirror import mirrored
from biomechgpt.errors import InputError
from biomechgpt.tokenizer import tokenising
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.decoded import decode
from biomechgpt.tokenizer.measure import SplitMeasures
from biomechgpt.tokenizer.storage import DESCRIPTION, load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from biomechgpt.tokenizer.tokens import gather_tokens, read_tokens
from biomechgpt.tokenizer.windows import select_trials
from tests.helpers.small_tokenizer import ABSENT, angles, encoded_and_decoded, train_on

SOME = {"t00", "t01", "t05", "t08"}


@pytest.fixture(scope="module")
def folder(shard, tmp_path_factory):
    from tests.helpers.small_tokenizer import TINY

    path = tmp_path_factory.mktemp("tokenizer")
    trained = train_on([shard], SOME, TINY, path / "checkpoints")
    save_tokenizer(path, trained, TINY, 30, ["mtp_angle_r"])
    return path


@pytest.fixture(scope="module")
def tokenizer(folder):
    return load_tokenizer(folder)


@pytest.mark.parametrize(("n_frames", "n_tokens"), [(40, 10), (41, 10), (43, 10), (44, 11), (4, 1)])
def test_one_token_per_four_frames(tokenizer, n_frames, n_tokens):
    codes = encode_trial(tokenizer, angles(n_frames, 0))
    assert codes.shape == (n_tokens,)
    assert ((codes >= 0) & (codes < 32)).all()


def test_tokens_on_disk_are_those_of_each_trial_alone(tokenizer, folder, shard, tmp_path):
    tokenise_shard(folder, shard, SOME, tmp_path / "0.parquet")
    table = read_tokens([tmp_path / "0.parquet"])
    assert set(table.trial_ids) == SOME
    for trial_id, codes in zip(table.trial_ids, table.tokens, strict=True):
        number = int(trial_id[1:])
        assert np.array_equal(codes, encode_trial(tokenizer, angles(40 + 5 * number, number)))
    for trial_id, codes in zip(table.trial_ids, table.mirrored, strict=True):
        number = int(trial_id[1:])
        turned = mirrored(angles(40 + 5 * number, number))
        assert np.array_equal(codes, encode_trial(tokenizer, turned))


def test_metadata_names_the_tokenizer(tokenizer, folder, shard, tmp_path):
    tokenise_shard(folder, shard, SOME, tmp_path / "0.parquet")
    metadata = read_tokens([tmp_path / "0.parquet"]).metadata
    assert metadata.tokenizer_sha256 == tokenizer.sha256
    assert (metadata.downsampling, metadata.vocabulary_size) == (4, 32)


def test_metadata_counts_the_tokens_of_a_step(shard, tmp_path, tiny_cfg):
    cfg = tiny_cfg.model_copy(update={"levels": 2, "read_levels": 2, "downsampling": 8, "steps": 3})
    trained = train_on([shard], SOME, cfg, tmp_path / "checkpoints")
    save_tokenizer(tmp_path / "t", trained, cfg, 30, [])
    tokenise_shard(tmp_path / "t", shard, SOME, tmp_path / "0.parquet")
    table = read_tokens([tmp_path / "0.parquet"])
    assert (table.metadata.vocabulary_size, table.metadata.tokens_per_step) == (64, 2)
    assert table.metadata.codes_per_book == 32
    assert table.metadata.seconds_per_token == pytest.approx(4 / 30)
    assert [len(codes) for codes in table.tokens] == [10, 10, 16, 20]
    assert all((codes[::2] < 32).all() and (codes[1::2] >= 32).all() for codes in table.tokens)


def test_a_trial_shorter_than_a_step_is_held_still(tokenizer):
    frames = angles(3, 0)
    held = np.concatenate([frames, frames[-1:]])
    assert np.array_equal(encode_trial(tokenizer, frames), encode_trial(tokenizer, held))
    assert len(encoded_and_decoded(tokenizer, angles(3, 0)).decoded_rad) == 3


@pytest.fixture
def described(folder, tmp_path):
    """The description of a copy of the tokenizer, and a function that loads it as it is then."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    description = json.loads((copy / DESCRIPTION).read_text())

    def load():
        (copy / DESCRIPTION).write_text(json.dumps(description))
        return load_tokenizer(copy)

    load()
    return description, load


def test_tokenizer_of_an_earlier_version_is_refused(described):
    description, load = described
    del description["config"]["bfloat16"]
    with pytest.raises(InputError, match="earlier version"):
        load()


def test_shards_of_two_tokenizers_do_not_mix(folder, shard, tmp_path):
    first, second = tmp_path / "0.parquet", tmp_path / "1.parquet"
    tokenise_shard(folder, shard, SOME, first)
    table = pq.read_table(first)
    other = table.schema.metadata | {b"tokenizer_sha256": b"another"}
    pq.write_table(table.replace_schema_metadata(other), second)
    with pytest.raises(InputError, match=r"1\.parquet: made by another tokenizer"):
        read_tokens([first, second])
    with pytest.raises(InputError, match=r"1\.parquet: made by another tokenizer"):
        gather_tokens([first, second], tmp_path / "all.parquet")
    assert not (tmp_path / "all.parquet").exists()


def test_tokens_are_the_same_in_parts_and_in_one_file(folder, shard, tmp_path, monkeypatch):
    whole, parts, gathered = (tmp_path / f"{name}.parquet" for name in ("0", "1", "all"))
    tokenise_shard(folder, shard, SOME, whole)
    monkeypatch.setattr(tokenising, "TRIALS_AT_ONCE", 3)
    tokenise_shard(folder, shard, SOME, parts)
    assert pq.ParquetFile(parts).num_row_groups == 2
    assert pq.read_table(parts).equals(pq.read_table(whole), check_metadata=True)
    tokenise_shard(folder, shard, set(), whole)
    gather_tokens([whole, parts], gathered)
    assert pq.read_table(gathered).equals(pq.read_table(parts), check_metadata=True)


def test_empty_shard_can_be_read(folder, shard, tmp_path):
    tokenise_shard(folder, shard, set(), tmp_path / "0.parquet")
    assert read_tokens([tmp_path / "0.parquet"]).tokens == []


def test_tokenizer_for_other_joints_is_refused(described):
    description, load = described
    description["joints"][0] = "elbow"
    with pytest.raises(InputError, match="other joints"):
        load()


def measured(tokenizer, shard, trial_ids):
    measures = SplitMeasures(tokenizer, "train")
    for trial in select_trials([shard], trial_ids):
        measures.add(decode(tokenizer, trial, encode_trial(tokenizer, trial.frames)))
    return measures.metrics()


def test_error_is_the_rmse_in_degrees_over_observed_frames(tokenizer, shard):
    metrics = measured(tokenizer, shard, {"t05"})
    original = angles(65, 5)
    result = encoded_and_decoded(tokenizer, original)
    error = np.rad2deg(result.decoded_rad - original[:64])
    knee = np.sqrt(np.mean(error[:, 3] ** 2))
    assert metrics["rmse_deg_per_joint"]["knee_angle_r"] == pytest.approx(knee, abs=2e-3)
    assert metrics["rmse_deg_per_joint"]["mtp_angle_r"] == 0.0
    per_joint = np.array(list(metrics["rmse_deg_per_joint"].values()))
    observed = np.arange(34) != ABSENT
    assert metrics["rmse_deg_all"] == pytest.approx(per_joint[observed].mean(), abs=2e-3)
    live = observed & (np.arange(34) != 6)
    assert metrics["rmse_deg_live"] == pytest.approx(per_joint[live].mean(), abs=2e-3)
    assert (metrics["n_participants"], metrics["n_trials"]) == (1, 1)


def test_code_use_adds_up(tokenizer, shard):
    metrics = measured(tokenizer, shard, SOME)
    assert metrics["used_codes"] + metrics["dead_codes"] == 32
    assert 1 <= metrics["perplexity"] <= metrics["used_codes"]
