import gc
import sys
from functools import cache
from pathlib import Path

import yaml
from snakemake.logging import logger

from biomechgpt.baselines.kinds import inputs_of
from biomechgpt.check.findings import would_stop
from biomechgpt.cohort.shards import label_digest, shard_digests
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.config.reading import read_config
from biomechgpt.errors import InputError
from biomechgpt.results_layout import annotation_folder
from biomechgpt.splits.folds import check_enough_people, fold_names
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.splits.index import ingestion_sentence
from biomechgpt.video.clip_files import videos_digest
from biomechgpt.video.groups import check_groups
from biomechgpt.video.source_numbers import SOURCE_COLUMNS
from biomechgpt.provenance import code_hash
from biomechgpt.questions.descriptions import every_text
from biomechgpt.questions.label_checks import (
    check_labels,
    check_vote_column,
    contradictions,
    unused_names,
)
from biomechgpt.questions.label_reading import cell_meanings, read_as_meant, readings
from biomechgpt.questions.phrasing_sources import (
    built_phrasings,
    check_phrasings,
    phrasing_files,
)
from biomechgpt.settings.baselines_section import PROBE_COMPONENTS
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.variants_section import SOFT
from biomechgpt.settings.video_section import SHOWINGS, shown_name
from biomechgpt.settings.run_settings import RunSettings

# Hashing code makes syntax trees, and jobs are many objects that stay: at its usual pace the collector goes over all
# of them again and again, for a fifth of the time of a dry run.
gc.set_threshold(100_000)

# Rules decide by SETTINGS; `params` get parts of `config`, plain mappings, which Snakemake compares between runs.
SETTINGS = read_config(config, yaml.safe_load(Path(workflow.basedir, "config.yaml").read_text()))

RESULTS = Path("results", SETTINGS.run or "")
SIMULATED_NAMES = [cohort.name for cohort in SETTINGS.cohorts if not cohort.path]
SIMULATED = [str(RESULTS / "cohorts" / name) for name in SIMULATED_NAMES]
COHORTS = [{"path": str(RESULTS / "cohorts" / c["name"])} | c for c in config["cohorts"]]
RECORDED = [cohort for cohort in config["cohorts"] if "path" in cohort]
RECORDED_TABLES = [
    str(Path(cohort["path"], name))
    for cohort in RECORDED
    for name in ("participants.tsv", "trials.tsv")
]
# Evaluation reads label tables only to know whose trials vote together.
COHORTS_OF_VOTES = COHORTS if SETTINGS.evaluate.vote_by else []
LABEL_TABLES_OF_VOTES = [*SIMULATED, *RECORDED_TABLES] if SETTINGS.evaluate.vote_by else []
# A check goes over all that is wrong, so what stops other runs must not stop it here.
CHECKS = [name for name in ("check_cohort", "check_features") if name in sys.argv]
CHECK_ONLY = bool(CHECKS)
CHECK_PAGE, CHECK_TABLE = (
    {name: str(RESULTS / f"{name}.{suffix}") for name in ("check_cohort", "check_features")}
    for suffix in ("txt", "tsv")
)
RECORDED_COHORTS = [] if CHECK_ONLY else read_cohorts(RECORDED, with_prefix=len(COHORTS) > 1)
SHARDS = range(SETTINGS.ingest.shards)
SEEDS = SETTINGS.finetune.seeds
VARIANTS = list(SETTINGS.variants)
# Under which names variants that read videos answer again, with one modality withheld or of another trial.
SHOWN = [
    shown_name(name, showing)
    for name, variant in SETTINGS.variants.items()
    if variant.video
    for showing in SHOWINGS
]
BASELINES = list(SETTINGS.baselines)
UNINFORMED = [
    name
    for name, baseline in SETTINGS.baselines.items()
    if baseline.kind == "majority" or baseline.labels == "shuffled"
]
TOKENIZERS = list(dict.fromkeys(variant.tokenizer for variant in SETTINGS.variants.values()))
FOLDS = None if CHECK_ONLY else fold_names(SETTINGS.split)
SIMULATOR_DATA = {
    "normal_gait": "resources/normal_gait.yaml",
    "cohort": "resources/simulated_cohort.yaml",
}
NORMAL_GAIT = ["resources/normal_gait.yaml", "resources/normal_ranges.yaml"]
MAPS = sorted(
    path
    for folder in ("coordinate_maps", "skeletons")
    for path in Path("resources", folder).glob("*.yaml")
)
PHRASING_FILES = phrasing_files(SETTINGS.tasks)
QUESTION_ENTRIES = {
    name: {key: value for key, value in task.items() if key in QuestionSettings.model_fields}
    for name, task in config["tasks"].items()
}
LABELLED = {
    name: {key: value for key, value in entry.items() if key != "phrasings"}
    for name, entry in QUESTION_ENTRIES.items()
}
QUESTIONS = {
    name: entry if name in PHRASING_FILES else LABELLED[name]
    for name, entry in QUESTION_ENTRIES.items()
}
LABEL_COLUMNS = sorted(
    set().union(*({task.label, *(task.applies_to or {})} for task in SETTINGS.tasks.values()))
)
CONDITION_COLUMNS = sorted(
    {
        column
        for task in SETTINGS.generation_tasks.values()
        for column in (
            *task.applies_to,
            *(name for name, cell in task.condition_on.items() if cell.source == "recorded"),
        )
    }
)
PROMPT_WORDS = [text for task in SETTINGS.generation_tasks.values() for text in every_text(task)]
TASK_LABELS = {name: task.label for name, task in SETTINGS.tasks.items()}
# A task without a file has its phrasings written to one.
WRITTEN_PHRASINGS = {
    name: f"<results>/phrasings/{name}.yaml"
    for name in SETTINGS.tasks
    if name not in PHRASING_FILES
}
# Weights depend on the number of threads. `threads` is capped at the cores of the machine, so `params` name it too.
THREADS_OF_GPU_JOB = 2
ANNOTATIONS = annotation_folder(SETTINGS.annotate.cohort, SETTINGS.annotate.model)


if workflow.is_main_process and not CHECK_ONLY:  # every job reads this file again
    cohorts = [read_as_meant(cohort, SETTINGS.tasks) for cohort in RECORDED_COHORTS]
    check_labels(cohorts, SETTINGS.tasks)
    check_phrasings(SETTINGS.tasks)
    check_enough_people(
        RECORDED_COHORTS, SETTINGS.cohorts, SETTINGS.simulate.participants, SETTINGS.split
    )
    check_groups(RECORDED_COHORTS, SETTINGS.split.group)
    for remark in (
        *readings(RECORDED_COHORTS, SETTINGS.tasks),
        *contradictions(cohorts, SETTINGS.tasks),
        *built_phrasings(SETTINGS.tasks),
    ):
        logger.warning(remark)
    if not SIMULATED:  # the columns of a simulated cohort are not known before it is simulated
        check_vote_column(cohorts, SETTINGS.evaluate.vote_by)
        stratify_by = SETTINGS.split.stratify_by
        for remark in unused_names(cohorts, SETTINGS.tasks, stratify_by):
            logger.warning(remark)


def code(script, data=()):
    """A parameter: the hash of a script, of the library it imports and of the YAML files it reads, `data`.

    These files are `ancient` inputs: their comments, which the hash leaves out, rerun nothing. A
    function, so that a job, which reads all rules again, hashes the code of its own rule alone.
    """
    return lambda wildcards: cached_hash(script, tuple(data))


@cache
def cached_hash(script, data):
    """Each job asks anew, and a run has thousands."""
    files = [Path(workflow.basedir, path) for path in data]
    return code_hash(Path(workflow.basedir, "workflow_scripts"), f"{script}.py", files)


def phrasings_of(tasks):
    """The phrasing files of tasks, in this order; those that a rule writes rerun what reads them when they change."""
    return [
        ancient(PHRASING_FILES[task]) if task in PHRASING_FILES else WRITTEN_PHRASINGS[task]
        for task in tasks
    ]


def code_asking(script, tasks):
    """`code` of a script that reads the phrasings of these tasks."""
    return code(script, [PHRASING_FILES[task] for task in tasks if task in PHRASING_FILES])


def growing(amount):
    """A resource (MB, minutes) of which the second attempt gets twice `amount`, the third three times."""
    return lambda wildcards, attempt: amount * attempt


def folds(wildcards=None):
    """The folds of the run; where only the data can tell them, once the data are read."""
    if FOLDS is not None:
        return FOLDS
    return list(read_folds(checkpoints.assign_folds.get().output.folds)["fold"].unique())


def in_every_fold(pattern, **values):
    """An input function: `pattern` for each fold and each combination of `values`.

    A wildcard that is neither the fold nor one of `values` is the rule's own.
    """

    def files(wildcards):
        return expand(pattern, **(dict(wildcards.items()) | {"fold": folds()} | values))

    return files


@cache
def digests_of_shards():
    """Size and time of the recordings of each shard, so that a changed file is noticed.

    All shards at once, since each look needs the tables of the whole cohort.
    """
    return shard_digests(RECORDED_COHORTS, len(SHARDS))


def meanings_of_strata():
    """The cells of `split.stratify_by` that are read otherwise than they are written; [] where all are clean.

    These and not the tasks, since a new option of a task divides nobody anew.
    """
    return [
        list(meaning)
        for cohort in RECORDED_COHORTS
        for meaning in cell_meanings(cohort, SETTINGS.tasks)
        if meaning.column in SETTINGS.split.stratify_by
    ]


def folder_to_annotate(key):
    """An input function: the folder of the model or the cohort that `snakemake annotate` is about."""

    def path(wildcards):
        folder = getattr(SETTINGS.annotate, key)
        if folder is None:
            raise InputError(f"annotate.{key} is null: name a folder, see config.yaml.")
        if not Path(folder).is_dir():
            raise InputError(f"annotate.{key} is {folder}: there is no such folder, name another.")
        return folder

    return path


def digest_of_annotated_cohort(wildcards):
    """Size and time of the recordings, so that a changed file is asked about again."""
    cohort = {"name": "annotate", "path": SETTINGS.annotate.cohort}
    return shard_digests(read_cohorts([cohort]), 1)[0]


def check_stands_alone():
    """InputError where another target stands beside a check: it would run without tables."""
    if CHECK_ONLY and set(workflow.dag_settings.targets) != set(CHECKS[:1]):
        raise InputError(f"{CHECKS[0]} must be the only target; run the others after it.")


def end_check():
    """Print the page of a check and end with status 1 where something would stop the run."""
    print(Path(CHECK_PAGE[CHECKS[0]]).read_text())
    if would_stop(CHECK_TABLE[CHECKS[0]]):
        sys.exit(1)


def closing_words():
    """What a user reads at the end of a run: what was accepted, the results in brief, where to look."""
    summary, report = RESULTS / "summary.txt", RESULTS / "ingest_report.tsv"
    words = [summary.read_text()] if summary.is_file() else []
    tables = (RESULTS / "trials.parquet", RESULTS / "ingest_report.parquet")
    if all(path.is_file() for path in (report, *tables)):  # a part of a run may lack some
        words.append(f"{ingestion_sentence(*tables)}: {report}")
    if summary.is_file():
        words.append(f"Open {RESULTS / 'report.html'}; movements are in {RESULTS / 'movement'}")
    return "\n".join(words)
