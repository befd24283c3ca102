import sys
from pathlib import Path

sys.path.insert(0, str(workflow.current_basedir.join("../workflow_scripts")))

from biomechgpt.cohort.shards import label_digest, shard_digest
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.config import check_config, cohort_folders
from biomechgpt.motion.folds import fold_names
from biomechgpt.provenance import code_hash

check_config(config, Path(workflow.basedir, "schemas/config.schema.yaml"))

RESULTS = Path("results", config["run"] or "")
COHORTS = cohort_folders(config, RESULTS)
SIMULATED = [cohort for cohort in COHORTS if cohort["simulated"]]
RECORDED = [cohort for cohort in COHORTS if not cohort["simulated"]]
SHARDS = range(config["ingest"]["shards"])
SEEDS = config["finetune"]["seeds"]
TOKENIZERS = sorted({v["tokenizer"] for v in config["variants"].values()})
VARIANTS = list(config["variants"])
BASELINES = list(config["baselines"])
BRING_YOUR_OWN = read_cohorts(RECORDED)
FOLDS = fold_names(config["split"], config["simulate"], BRING_YOUR_OWN)


wildcard_constraints:
    cohort="|".join(cohort["name"] for cohort in COHORTS),
    fold="|".join(FOLDS),
    shard=r"\d+",
    seed=r"\d+",
    tokenizer="|".join(config["tokenizers"]),
    base="|".join(config["base_models"]),
    variant="|".join(VARIANTS),
    baseline="|".join(BASELINES),


def code(script):
    return code_hash(Path(workflow.basedir, "workflow_scripts", f"{script}.py"))


def tables(cohorts):
    """The tables of these cohorts, as files that jobs depend on."""
    names = ("participants.tsv", "trials.tsv")
    return [f"{cohort['path']}/{name}" for cohort in cohorts for name in names]


def cohort_entries():
    return [{"name": c["name"], "path": str(c["path"])} for c in COHORTS]


def files_of_shard(wildcards):
    """What the recordings of a shard look like from outside, so that a changed file is noticed."""
    return shard_digest(BRING_YOUR_OWN, int(wildcards.shard), len(SHARDS))


def stratifying_labels():
    """The labels that the split looks at: a correction elsewhere must not redraw it."""
    return label_digest(BRING_YOUR_OWN, config["split"]["stratify_by"])


def phrasing_files():
    tasks = config["tasks"].items()
    return {n: t.get("phrasings", f"resources/phrasings/{n}.yaml") for n, t in tasks}


def token_shards(fold, tokenizer):
    return [f"<results>/{fold}/tokens/{tokenizer}/{shard}.parquet" for shard in SHARDS]


def variant_tokens(wildcards):
    return token_shards(wildcards.fold, config["variants"][wildcards.variant]["tokenizer"])


def baseline_tokens(wildcards):
    return token_shards(wildcards.fold, config["baselines"][wildcards.baseline]["tokenizer"])


def base_tokens(wildcards):
    return token_shards(wildcards.fold, wildcards.tokenizer)


def variant_tokenizer(wildcards):
    name = config["variants"][wildcards.variant]["tokenizer"]
    return f"<results>/{wildcards.fold}/tokenizers/{name}"


def variant_base(wildcards):
    variant = config["variants"][wildcards.variant]
    return f"<results>/{wildcards.fold}/base_models/{variant['base_model']}/{variant['tokenizer']}"


def baseline_parameters(wildcards):
    name = config["baselines"][wildcards.baseline]["tokenizer"]
    return f"<results>/{wildcards.fold}/baselines/{name}.json"


def tokenizer_config(wildcards):
    return config["tokenizers"][wildcards.tokenizer]


def base_config(wildcards):
    return config["base_models"][wildcards.base]


def baseline_config(wildcards):
    return config["baselines"][wildcards.baseline]


def variant_config(wildcards):
    return {"variant": config["variants"][wildcards.variant], "finetune": config["finetune"]}
