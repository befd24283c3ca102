"""The weights of base and model do not depend on how many cores are free."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.helpers.script_process import Files, run_script, weights_sha256
from tests.helpers.small_model import BASE_SETTINGS, TASKS

pytestmark = pytest.mark.slow
WIDE = BASE_SETTINGS.to_dict() | {"width": 128, "feed_forward": 384, "epochs": 1}


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    path = tmp_path_factory.mktemp("folds") / "folds.tsv"
    rows = [f"holdout\tp{number}\ttrain\n" for number in range(12)]
    path.write_text("fold\tparticipant_id\tsplit\n" + "".join(rows))
    return path


def common_job(sources):
    tokens = [str(path) for path in sources.tokens]
    phrasings = [str(path) for path in sources.phrasings.values()]
    return {"tokens": tokens, "phrasings": phrasings}


def build_base(folder, cores, sources, folds):
    tasks = {name: task.to_dict() for name, task in TASKS.items()}
    return run_script(
        "build_base_model",
        folder,
        cores,
        input=Files(folds=str(folds), **common_job(sources)),
        params=Files(cfg=WIDE, tasks=tasks, code="code"),
        wildcards=Files(fold="holdout"),
    )


def finetune(folder, cores, sources, base, variant_run):
    own = ("fold", "variant", "seed")
    return run_script(
        "finetune",
        folder,
        cores,
        input=Files(
            base=str(base),
            tokenizer=str(sources.motion_tokenizer),
            questions=str(sources.questions),
            encoder=[],
            videos=[],
            conditions=[],
            **common_job(sources),
        ),
        params=Files(
            cfg={key: value for key, value in variant_run.to_dict().items() if key not in own},
            threads=1,
            code="code",
        ),
        wildcards=Files(fold="holdout", variant="v", seed="0"),
    )


def test_one_and_four_free_cores_give_the_same_base_and_model(
    tmp_path, sources, folds, variant_run
):
    def base_and_model(cores):
        base = build_base(tmp_path / f"base-{cores}", cores, sources, folds)
        return base, finetune(tmp_path / f"model-{cores}", cores, sources, base, variant_run)

    with ThreadPoolExecutor() as pool:  # of the processes, side by side
        pairs = list(pool.map(base_and_model, (1, 4)))
    for first, second in zip(*pairs, strict=True):
        assert weights_sha256(first) == weights_sha256(second) != []
