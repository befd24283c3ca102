import platform
from functools import cache
from pathlib import Path

import yaml
from snakemake.logging import logger

from biomechgpt.cohort.shards import label_digest, shard_digests
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.config import check_config, expand_home, leave_out_nulls, order_as
from biomechgpt.errors import InputError
from biomechgpt.results_layout import annotation_folder
from biomechgpt.splits.folds import check_enough_people, fold_names
from biomechgpt.splits.index import ingestion_sentence
from biomechgpt.provenance import code_hash
from biomechgpt.questions.label_checks import check_labels, contradictions, unused_names

leave_out_nulls(config)
order_as(config, yaml.safe_load(Path(workflow.basedir, "config.yaml").read_text()))
check_config(config, Path(workflow.basedir, "schemas/config.schema.yaml"))
expand_home(config)

RESULTS = Path("results", config["run"] or "")
SIMULATED = [str(RESULTS / "cohorts" / c["name"]) for c in config["cohorts"] if "path" not in c]
SIMULATED_NAMES = [cohort["name"] for cohort in config["cohorts"] if "path" not in cohort]
COHORTS = [{"path": str(RESULTS / "cohorts" / c["name"])} | c for c in config["cohorts"]]
RECORDED = [cohort for cohort in config["cohorts"] if "path" in cohort]
BROUGHT = read_cohorts(RECORDED)
SHARDS = range(config["ingest"]["shards"])
SEEDS = config["finetune"]["seeds"]
VARIANTS = list(config["variants"])
BASELINES = list(config["baselines"])
TASK_LABELS = {name: task["label"] for name, task in config["tasks"].items()}
TOKENIZERS = list(dict.fromkeys(v["tokenizer"] for v in config["variants"].values()))
FOLDS = fold_names(config["split"])
SIMULATOR_DATA = {
    "normal_gait": "resources/normal_gait.yaml",
    "cohort": "resources/simulated_cohort.yaml",
}
MAPS = sorted(
    path
    for folder in ("coordinate_maps", "skeletons")
    for path in Path("resources", folder).glob("*.yaml")
)
# What only evaluation, report and the look at the tables need is no part of a question: a change there retrains nothing.
NOT_ASKED = ("minimal_detectable_change", "caution", "paper_task", "plausible", "contradicted_by")
QUESTIONS = {
    name: {key: value for key, value in task.items() if key not in NOT_ASKED}
    for name, task in config["tasks"].items()
}
# Weights depend on the number of threads, so `params` name it too: `threads` is capped at the cores there are.
THREADS_OF_GPU_JOB = 2
LABELLED = {
    name: {key: value for key, value in task.items() if key != "phrasings"}
    for name, task in QUESTIONS.items()
}
ANNOTATED = annotation_folder(config["annotate"]["cohort"], config["annotate"]["model"])


if workflow.is_main_process:  # every job reads this file again
    check_labels(BROUGHT, config["tasks"])
    check_enough_people(
        BROUGHT, config["cohorts"], config["simulate"]["participants"], config["split"]
    )
    for remark in contradictions(BROUGHT, config["tasks"]):
        logger.warning(remark)
    if not SIMULATED:  # whose columns only its job knows
        for remark in unused_names(BROUGHT, config["tasks"], config["split"]["stratify_by"]):
            logger.warning(remark)


def draws_of(tokenizers):
    """The tokenizers of all seeds; with `redraw_tokenizer` compact is followed by compact@1, compact@2."""
    n_draws = len(SEEDS) if config["finetune"]["redraw_tokenizer"] else 1
    return [f"{name}@{draw}" if draw else name for name in tokenizers for draw in range(n_draws)]


wildcard_constraints:
    fold="[A-Za-z0-9][A-Za-z0-9._-]*",
    shard=r"\d+",
    seed=r"\d+",
    tokenizer="|".join(draws_of(config["tokenizers"])),
    base="|".join(config["base_models"]),
    variant="|".join(VARIANTS),
    baseline="|".join(BASELINES),


def code(script, data=()):
    files = [Path(workflow.basedir, path) for path in data]
    return code_hash(Path(workflow.basedir, "workflow_scripts"), f"{script}.py", files)


def folds():
    """The folds of the run; where only the data can tell them, once the data are read."""
    if FOLDS is not None:
        return FOLDS
    return fold_names({"scheme": "file", "file": checkpoints.assign_folds.get().output[0]})


def in_every_fold(pattern, **values):
    """An input function: `pattern` for each fold and each combination of `values`.

    What neither names is as the rule's own wildcards say.
    """

    def files(wildcards):
        return expand(pattern, **(dict(wildcards.items()) | {"fold": folds()} | values))

    return files


def tables_of_recorded():
    """The tables that users bring."""
    names = ("participants.tsv", "trials.tsv")
    return [str(Path(cohort["path"], name)) for cohort in RECORDED for name in names]


def files_of_shard(wildcards):
    """What the recordings of a shard look like from outside, so that a changed file is noticed."""
    return digests_of_shards()[int(wildcards.shard)]


@cache
def digests_of_shards():
    """All at once and once: a job of a shard would look at every file of the cohort."""
    return shard_digests(BROUGHT, len(SHARDS))


def asked_labels():
    """The columns of the label tables that questions look at."""
    asked = [{task["label"], *task.get("applies_to", {})} for task in QUESTIONS.values()]
    return sorted(set().union(*asked))


def phrasing_files():
    tasks = config["tasks"].items()
    return {n: t.get("phrasings", f"resources/phrasings/{n}.yaml") for n, t in tasks}


def variant_tasks(name):
    chosen = config["variants"][name]["tasks"]
    return list(config["tasks"]) if chosen == "all" else chosen


def variant_phrasings(wildcards):
    return [phrasing_files()[task] for task in variant_tasks(wildcards.variant)]


def tokens_of(fold, tokenizer):
    return [f"<results>/{fold}/tokens/{tokenizer}/all.parquet"]


def variant_tokens(wildcards):
    return tokens_of(wildcards.fold, tokenizer_of_variant(wildcards))


def base_tokens(wildcards):
    return tokens_of(wildcards.fold, wildcards.tokenizer)


def variant_tokenizer(wildcards):
    return f"<results>/{wildcards.fold}/tokenizers/{tokenizer_of_variant(wildcards)}"


def variant_base(wildcards):
    name = config["variants"][wildcards.variant]["base_model"]
    if config["base_models"][name]["kind"] == "checkpoint":
        return f"<results>/base_models/{name}"
    return f"<results>/{wildcards.fold}/base_models/{name}/{tokenizer_of_variant(wildcards)}"


def growing(amount):
    """A resource (MB, minutes) of which the second attempt gets twice `amount`, the third three times."""

    def of_attempt(wildcards, attempt):
        return amount * attempt

    return of_attempt


def baseline_inputs(wildcards):
    """The files that a baseline reads beside the questions: what its kind sees of the movement."""
    cfg, fold = config["baselines"][wildcards.baseline], wildcards.fold
    if cfg["kind"] == "duration":
        return {"trials": "<results>/trials.parquet"}
    if cfg["kind"] in ("gait_features", "measurement"):
        return {"gait_features": [f"<results>/gait_features/{s}.parquet" for s in SHARDS]}
    if cfg["kind"] == "rocket" and "tokenizer" not in cfg:
        return {"joint_angles": [f"<results>/joint_angles/{s}.parquet" for s in SHARDS]}
    if "tokenizer" not in cfg:
        return {}
    name = tokenizer_of_seed(cfg["tokenizer"], wildcards.get("seed", SEEDS[0]))
    files = {"tokens": tokens_of(fold, name)}
    if cfg["kind"] == "histogram":
        files["parameters"] = f"<results>/{fold}/baselines/{name}.json"
    if cfg["kind"] == "rocket":
        files["tokenizer"] = f"<results>/{fold}/tokenizers/{name}"
    return files


def base_config(wildcards):
    return config["base_models"][wildcards.base]


def baseline_config(wildcards):
    return config["baselines"][wildcards.baseline]


def variant_config(wildcards):
    """All that fine-tuning a variant depends on, beside its inputs."""
    variant = config["variants"][wildcards.variant]
    chosen = config["finetune"] | variant.get("finetune", {})
    return {
        "lora": variant["lora"],
        "tasks": {task: QUESTIONS[task] for task in variant_tasks(wildcards.variant)},
        "finetune": {k: v for k, v in chosen.items() if k not in ("seeds", "redraw_tokenizer")},
        "cohorts": [cohort["name"] for cohort in COHORTS],
        "simulated": bool(SIMULATED),
        "min_training_participants": config["questions"]["min_training_participants"],
    }


def annotated(key):
    """An input function: the folder of the model or the cohort that `snakemake annotate` is about."""

    def path(wildcards):
        folder = config["annotate"][key]
        if folder is None:
            raise InputError(f"annotate.{key} is null: name a folder, see config.yaml.")
        if not Path(folder).is_dir():
            raise InputError(f"annotate.{key} is {folder}: there is no such folder, name another.")
        return folder

    return path


def files_to_annotate(wildcards):
    """What the recordings look like from outside, so that a changed file is asked about again."""
    cohort = {"name": "annotate", "path": config["annotate"]["cohort"]}
    return shard_digests(read_cohorts([cohort]), 1)[0]


def tokens_of_first_fold(wildcards):
    """Every trial's tokens once: the report shows how long they are."""
    return tokens_of(folds()[0], TOKENIZERS[0])


def every_prediction(wildcards):
    """What the language models and the baselines answered, in every fold, with every seed."""
    pattern = "<results>/{fold}/predictions/{name}/seed-{seed}.parquet"
    return expand(pattern, fold=folds(), name=VARIANTS + BASELINES, seed=SEEDS)


def note_host():
    """Say on which machine a run is, so that its lock is not taken for a killed one's elsewhere."""
    Path(".snakemake/host").write_text(platform.node())


def closing_words():
    """What a user reads at the end of a run: what was accepted, what was found, where to look."""
    summary, report = RESULTS / "summary.txt", RESULTS / "ingest_report.tsv"
    words = [summary.read_text()] if summary.is_file() else []
    if report.is_file():
        words.append(f"{ingestion_sentence(RESULTS / 'trials.parquet', report)}: {report}")
    if summary.is_file():
        words.append(f"Open {RESULTS / 'report.html'}; movements are in {RESULTS / 'movement'}")
    return "\n".join(words)
