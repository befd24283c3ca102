"""A study of synthesis that cannot be done is refused before anything runs."""

import pytest

from biomechgpt.config.reading import check_config
from biomechgpt.errors import InputError

STUDY = {
    "task": "impaired",
    "generators": ["mix"],
    "classifiers": ["rocket"],
    "training_people": [2],
    "per_real": [1],
}
GENERATORS = {
    "mix": {"kind": "stride_mix"},
    "chain": {"kind": "class_markov", "tokenizer": "compact"},
}
BAD = [
    ({"task": "impair"}, "synthesis_study.task names impair, which tasks does not have"),
    ({"task": "cadence"}, "synthesis_study.task is cadence, whose answers are numbers"),
    ({"generators": ["mixx"]}, "did you mean mix?"),
    ({"classifiers": ["rockett"]}, "did you mean rocket?"),
    ({"classifiers": ["xgboost"]}, "xgboost, of kind histogram, which cannot learn"),
    ({"classifiers": ["kinematics"]}, "kinematics, of kind measurement, which cannot learn"),
    ({"classifiers": ["majority"]}, "majority, of kind majority, which cannot learn"),
    ({"training_people": [0]}, "synthesis_study.training_people"),
    ({"per_real": [1, 1]}, "twice"),
]


def with_study(config, **changes):
    return config | {"generators": GENERATORS, "synthesis_study": STUDY | changes}


def test_a_study_is_accepted(config):
    check_config(with_study(config, generators=["mix", "chain"]))


@pytest.mark.parametrize(("changes", "words"), BAD)
def test_a_bad_study_is_refused_in_words(config, changes, words):
    with pytest.raises(InputError) as error:
        check_config(with_study(config, **changes))
    assert words in str(error.value)


def test_a_chain_of_tokens_needs_a_tokenizer_that_there_is(config):
    broken = {"chain": {"kind": "class_markov", "tokenizer": "compakt"}}
    with pytest.raises(InputError, match="did you mean compact"):
        check_config(config | {"generators": broken})


def test_a_study_has_one_tokenizer(config):
    tokenizers = config["tokenizers"] | {"other": config["tokenizers"]["compact"]}
    two = GENERATORS | {"second": {"kind": "class_markov", "tokenizer": "other"}}
    changed = with_study(config, generators=["chain", "second"])
    with pytest.raises(InputError, match="different tokenizers"):
        check_config(changed | {"generators": two, "tokenizers": tokenizers})


def test_runs_without_a_study_need_no_key_of_it(config):
    assert "synthesis_study" not in config
    check_config(config)
