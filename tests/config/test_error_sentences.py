"""What is wrong in a config is said in words a user can act on."""

import contextlib
import copy
import re
from random import Random

import pytest

from biomechgpt.config.reading import check_config
from biomechgpt.errors import InputError


def set_key(config: dict, dotted: str, value: object) -> dict:
    changed = copy.deepcopy(config)
    node = changed
    *parents, last = dotted.split("/")
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node[part]
    if value is DELETED:
        del node[last]
    elif isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value
    return changed


DELETED = object()
WORDED = {"train": ["TUG in {unit}?"], "held_out": ["In {unit}? "]}
BAD = [
    ("motion/frame_rate", 30, ["motion.frame_rate ", "did you mean frame_rate_hz?"]),
    ("motoin", {"frame_rate_hz": 30}, ["motoin", "did you mean motion?"]),
    ("motion/frame_rate_hz", DELETED, ["motion.frame_rate_hz is missing"]),
    ("split", DELETED, ["split is missing"]),
    ("finetune/learning_rate", "1e-4", ["finetune.learning_rate", "write 1.0e-4"]),
    ("finetune/learning_rate", "2.5e3", ["finetune.learning_rate", "write 2.5e+3"]),
    ("finetune/epochs", "4", ["finetune.epochs is '4'", "a number", "without quotes"]),
    (
        "finetune/mirror",
        "true",
        ["finetune.mirror is 'true'", "all text to Snakemake", "--configfile"],
    ),
    ("split/4", None, ["split holds the key 4 without a value", "Write a decimal point"]),
    ("variants/tiny-all/lora/1", "", ["variants.tiny-all.lora holds the key 1", "comma of 0,1"]),
    ("finetune/seeds", [0, 0], ["finetune.seeds", "twice"]),
    ("finetune/seeds", [], ["finetune.seeds has 0 entries"]),
    ("split/scheme", "k_fold", ["split.scheme is k_fold", "holdout", "did you mean kfold?"]),
    ("split/scheme", "file", ["split.file is null", "participant_id"]),
    ("split/file", "my.tsv", ["split.file is my.tsv", "scheme"]),
    ("split/test_fraction", 0.95, ["split.test_fraction", "add up to 1.07", "below 1"]),
    ("split/test_fraction", 1.5, ["split.test_fraction is 1.5; it must be below 1"]),
    ("split/stratify_by", ["trial_id"], ["split.stratify_by names trial_id"]),
    ("motion/zero_joints", ["wrist_flex_R"], ["wrist_flex_R", "did you mean wrist_flex_r?"]),
    ("tokenizers/compact/downsampling", 6, ["tokenizers.compact.downsampling is 6", "power of 2"]),
    ("tokenizers/compact/read_levels", 2, ["tokenizers.compact.read_levels is 2", "1 levels"]),
    ("tokenizers/compact/scalar_steps", [8, 8], ["codebook_size is 128", "64 codes"]),
    ("tokenizers/compact/codebook_size", 70000, ["tokenizers.compact.codebook_size", "65536"]),
    ("tokenizers/compact/network", "transformer", ["tokenizers.compact.network", "patches"]),
    ("tokenizers/compact/mirror", DELETED, ["tokenizers.compact.mirror is missing"]),
    ("tokenizers/compact/window_frames", 66, ["window_frames is 66", "multiple"]),
    ("tokenizers/my tokenizer", {}, ["'my tokenizer'", "file name"]),
    ("base_models/tiny/heads", 5, ["base_models.tiny.width is 128", "10"]),
    ("base_models/tiny/kind", "built", ["base_models.tiny.kind is built", "embedded, checkpoint"]),
    ("base_models/tiny/kind", DELETED, ["base_models.tiny.kind is missing"]),
    ("base_models/gemma-3-1b/width", 9, ["base_models.gemma-3-1b.width", "source, revision"]),
    (
        "base_models/gemma-3-1b/revision",
        None,
        ["base_models.gemma-3-1b.revision is null", "commit"],
    ),
    ("variants/tiny-all/finetune", {"rate": 1}, ["variants.tiny-all.finetune.rate", "epochs"]),
    (
        "variants/tiny-all/tokenizer",
        "compat",
        ["variants.tiny-all.tokenizer is compat", "compact?"],
    ),
    ("variants/tiny-all/motion_encoder", "soft", ["motion_encoder is set", "motion is discrete"]),
    ("variants/tiny-all/motion", "both", ["tiny-all.motion is both", "needs a motion_encoder"]),
    ("variants/tiny-all/motion", "smooth", ["variants.tiny-all.motion is smooth", "continuous"]),
    ("variants/tiny-all/base_model", "x", ["variants.tiny-all.base_model is x", "It has: tiny"]),
    ("variants/tiny-all/tasks", ["cadense"], ["cadense", "did you mean cadence?"]),
    ("variants/tiny-all/tasks", "every", ["variants.tiny-all.tasks is every", "all or a list"]),
    ("baselines/xgboost/tokenizer", "big", ["baselines.xgboost.tokenizer is big", "compact"]),
    ("baselines/xgboost/kind", "boosting", ["baselines.xgboost.kind is boosting", "histogram"]),
    ("baselines/xgboost/tokenizer", DELETED, ["baselines.xgboost.tokenizer is missing"]),
    ("baselines/duration/tokenizer", "compact", ["baselines.duration.tokenizer", "no tokens"]),
    ("baselines/duration/motion_encoder", "soft", ["duration.motion_encoder is", "no soft tokens"]),
    ("baselines/duration/kind", "soft_tokens", ["baselines.duration.motion_encoder is missing"]),
    (
        "baselines/soft",
        {"kind": "soft_tokens", "motion_encoder": "soft"},
        ["baselines.soft.motion_encoder is soft", "motion_encoders does not have"],
    ),
    ("baselines/kinematics/labels", "shuffled", ["baselines.kinematics.labels", "no labels"]),
    ("baselines/xgboost/labels", "shuffled", ["baselines.xgboost needs both", "shuffles"]),
    ("baselines/chance/shuffles", DELETED, ["baselines.chance needs both", "20 or more"]),
    ("tasks/tug/paper_task", "tugs", ["tasks.tug.paper_task", "did you mean tug?"]),
    ("baselines/xgboost/labels", "shufled", ["baselines.xgboost.labels", "did you mean shuffled?"]),
    ("cohorts/0/role", "test", ["every role is test"]),
    ("cohorts/0/name", "a/b", ["cohorts[0].name", "file name"]),
    ("cohorts", [{"name": "a", "role": "both"}] * 2, ["the name a stands 2 times"]),
    (
        "cohorts/0/path",
        "a/{site}",
        ["cohorts[0].path is a/{site}", "wildcard", "rename the folder"],
    ),
    ("annotate/cohort", "{a}", ["annotate.cohort is {a}", "wildcard"]),
    ("tasks/tug/phrasings", "{a}.yaml", ["tasks.tug.phrasings is {a}.yaml", "wildcard"]),
    ("tasks/tug/phrasings", ["TUG?"], ["tasks.tug.phrasings is ['TUG?']", "train and held_out"]),
    ("tasks/tug/phrasings", {"train": ["TUG?"]}, ["tasks.tug.phrasings.held_out is missing"]),
    ("tasks/tug/phrasings", {**WORDED, "test": ["a"]}, ["tasks.tug.phrasings.test", "held_out"]),
    ("tasks/tug/phrasings", {**WORDED, "train": []}, ["tasks.tug.phrasings.train has 0 entries"]),
    ("tasks/tug/phrasings", {**WORDED, "train": [7]}, ["tasks.tug.phrasings.train[0] is 7"]),
    ("tasks/tug/phrasings", {**WORDED, "train": [" "]}, ["phrasings.train[0] is ' '"]),
    (
        "tasks/tug/phrasings",
        {**WORDED, "train": ["One of {options}?"]},
        ["tasks.tug.phrasings.train[0] is 'One of {options}?'", "{unit} alone"],
    ),
    ("tasks/tug/phrasings", {**WORDED, "train": ["In {unit?"]}, ["phrasings.train[0]", "doubled"]),
    ("tasks/tug/phrasings", {**WORDED, "train": ["{}?"]}, ["phrasings.train[0]", "doubled"]),
    (
        "tasks/tug/phrasings",
        {**WORDED, "train": ["How long?", "In s?"]},
        ["phrasings.held_out[0] says what phrasings.train[1] says"],
    ),
    ("cohorts", [], ["cohorts has 0 entries"]),
    ("tasks/impaired/options", [True, False], ["tasks.impaired.options[0]", "quote them"]),
    ("tasks/impaired/options", ["yes"], ["tasks.impaired.options has 1 entries", "2"]),
    ("tasks/impaired/options", ["Yes", "yes"], ["two spellings"]),
    ("tasks/impaired/options", DELETED, ["tasks.impaired.options is missing", "classification"]),
    ("tasks/impaired/ignore", ["yes"], ["options and in ignore"]),
    ("tasks/tug/decimals", DELETED, ["tasks.tug.decimals is missing", "regression"]),
    ("tasks/tug/unit", DELETED, ["tasks.tug.unit is missing"]),
    ("tasks/tug/minimal_detectable_change", 0, ["tasks.tug.minimal_detectable_change", "above 0"]),
    (
        "tasks/tug/plausible",
        [300, 3],
        ["tasks.tug.plausible is [300, 3]", "lower number comes first"],
    ),
    (
        "tasks/tug/plausible",
        [0, 1, 3],
        ["tasks.tug.plausible is [0, 1, 3]", "2 entries", "decimal point"],
    ),
    ("tasks/tug/plausible", ["1", 3], ["tasks.tug.plausible[0] is '1'", "without quotes"]),
    ("tasks/tug/contradicted_by", {"file": ["x"]}, ["tasks.tug names file", "no label column"]),
    ("tasks/tug/applies_to", "activity == 'tug'", ["tasks.tug.applies_to", "a mapping"]),
    ("tasks/tug/label", "trial_id", ["tasks.tug names trial_id"]),
    ("finetune/epochs", float("nan"), ["finetune.epochs is .nan", "finite"]),
    ("variants/second", {}, ["variants.second.tokenizer, base_model, tasks, lora are missing"]),
    ("variants", {7: {}}, ["the name 7 in variants must be text"]),
    ("predict/splits", ["train"], ["predict.splits leaves out test"]),
    ("predict/splits", ["tests"], ["predict.splits[0] is tests", "did you mean test?"]),
    ("run", "holdout", ["run is holdout", "another name"]),
    ("run", "annotations", ["run is annotations", "another name"]),
    ("run", "mine\n", ["run 'mine", "file name"]),
    ("run", "x" * 101, ["run 'xxx", "100 at most"]),
    ("variants/tiny-all\n", {}, ["'tiny-all", "file name"]),
    ("ingest/shards", 10**12, ["ingest.shards", "at most 10000"]),
    ("split/folds", 10**12, ["split.folds", "at most 1000"]),
    ("run", "../elsewhere", ["run '../elsewhere'", "file name"]),
    ("run", 5, ["run is 5", "text or null"]),
    ("cohorts/0/path", None, ["cohorts[0].path is null", "it must be text"]),
    ("finetune/seeds", [1.5], ["finetune.seeds[0] is 1.5", "a whole number"]),
    ("base_models/tiny", 5, ["base_models.tiny is 5", "a mapping"]),
    ("variants/tiny-all/tasks", 5, ["variants.tiny-all.tasks is 5", "all or a list"]),
    ("variants/tiny-all/tasks", [5], ["variants.tiny-all.tasks[0] is 5", "text"]),
    ("variants/tiny-all/finetune", {}, ["variants.tiny-all.finetune has 0 entries"]),
    ("variants/tiny-all/finetune", {"epochs": None}, ["finetune.epochs is null", "a number"]),
]


@pytest.mark.parametrize(("key", "value", "words"), BAD, ids=[f"{b[0]}-{b[2][-1]}" for b in BAD])
def test_bad_config_is_refused_in_words(config, key, value, words):
    with pytest.raises(InputError) as caught:
        check_config(set_key(config, key, value))
    for word in words:
        assert word in str(caught.value)


def test_rounded_numbers_have_no_codebook_to_search(config):
    config["tokenizers"]["compact"] |= {"scalar_steps": [16, 8], "search_rounds": 1}
    with pytest.raises(InputError, match=r"tokenizers\.compact\.search_rounds is 1"):
        check_config(config)


def test_variant_and_baseline_may_not_share_a_name(config):
    config["baselines"]["tiny-all"] = config["baselines"]["xgboost"]
    with pytest.raises(InputError, match="tiny-all is the name of a variant and of a baseline"):
        check_config(config)


STRANGE = [None, 5, -1, "x", [], {}, True, [None], {"a": None}, {5: {}}]


def keys_of(node: object, path: tuple = ()):
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from keys_of(value, (*path, key))


def test_strange_values_anywhere_are_refused_and_never_crash_the_check(config):
    random = Random(0)
    for path in random.sample(sorted(keys_of(config), key=str), 60):
        changed = copy.deepcopy(config)
        node = changed
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = random.choice(STRANGE)
        with contextlib.suppress(InputError):
            check_config(changed)


def test_all_errors_are_said_at_once(config):
    config["motion"]["frame_rat_hz"] = 1
    config["split"]["folds"] = 1
    config["variants"]["tiny-all"]["tokenizer"] = "none"
    with pytest.raises(InputError) as caught:
        check_config(config)
    assert len(re.findall(r"^  - ", str(caught.value), flags=re.MULTILINE)) == 3
