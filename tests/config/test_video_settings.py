"""Videos need a group in the split, and names and kinds that fit together."""

import pytest

from biomechgpt.config.reading import check_config
from biomechgpt.errors import InputError


@pytest.fixture
def with_video(config):
    config["variants"]["tiny-all"]["video"] = {"queries": 4}
    config["split"]["group"] = "person"
    return config


def refused(config, words):
    with pytest.raises(InputError, match=words):
        check_config(config)


def test_a_config_with_videos_is_valid(with_video):
    with_video["baselines"] |= {
        "source": {"kind": "source"},
        "probe": {"kind": "probe", "video": "features"},
        "late": {"kind": "late_fusion", "of": ["probe", "tiny-all-body-alone"]},
    }
    check_config(with_video)


def test_videos_without_a_group_are_refused_by_the_names_of_their_readers(with_video):
    del with_video["split"]["group"]
    refused(with_video, r"split\.group is missing, but videos are read by variants\.tiny-all")
    del with_video["variants"]["tiny-all"]["video"]
    check_config(with_video)
    with_video["baselines"]["probe"] = {"kind": "probe", "video": "keypoints"}
    refused(with_video, r"videos are read by baselines\.probe")


def test_answers_to_other_showings_take_names_of_their_own(with_video):
    with_video["baselines"]["tiny-all-video-swapped"] = {"kind": "majority"}
    refused(with_video, "tiny-all-video-swapped is the name of a model")


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        ({"kind": "probe"}, r"baselines\.new\.video is missing"),
        ({"kind": "majority", "video": "features"}, "kind majority sees no video"),
        ({"kind": "majority", "of": ["xgboost"]}, "kind majority fuses nothing"),
        ({"kind": "late_fusion", "of": ["xgboost"]}, "has 1 entries"),
        ({"kind": "late_fusion", "of": ["xgboost", "chance"]}, r"baselines\.new\.of names chance"),
        ({"kind": "late_fusion", "of": ["xgboost", "new"]}, r"baselines\.new\.of names new"),
    ],
)
def test_baselines_that_do_not_fit_are_refused(with_video, baseline, words):
    with_video["baselines"]["new"] = baseline
    refused(with_video, words)


def test_half_of_the_examples_may_be_withheld_at_most(with_video):
    with_video["variants"]["tiny-all"]["video"]["modality_dropout"] = 0.5
    refused(with_video, "modality_dropout is 0.5; it must be below 0.5")
