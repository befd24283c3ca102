"""A small cohort of joint angles on disk, and a tokenizer small enough to train in a second."""

import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from tests.helpers.small_tokenizer import TINY, angles


@pytest.fixture
def tiny_cfg():
    return TINY


@pytest.fixture(scope="session")
def shard(tmp_path_factory):
    """Twelve trials of 40 to 95 frames, participants p0 to p3."""
    path = tmp_path_factory.mktemp("angles") / "0.parquet"
    with FrameWriter(path, JOINT_NAMES, unit="rad") as writer:
        for number in range(12):
            info = {"trial_id": f"t{number:02d}", "participant_id": f"p{number % 4}"}
            writer.write(info, angles(40 + 5 * number, number))
    return path
