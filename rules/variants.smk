# Each tokenizer, and which draw of it: with finetune.redraw_tokenizer each seed after the first trains tokenizers
# and embedded bases of its own, and compact is followed by compact@1, compact@2.
N_DRAWS = len(SEEDS) if SETTINGS.finetune.redraw_tokenizer else 1
DRAWS = {
    f"{name}@{draw}" if draw else name: (name, draw)
    for name in SETTINGS.tokenizers
    for draw in range(N_DRAWS)
}
DRAWN_TOKENIZERS = [draw for draw, (name, _) in DRAWS.items() if name in TOKENIZERS]
FUSIONS = [name for name, baseline in SETTINGS.baselines.items() if baseline.kind == "late_fusion"]
# Where videos are read, a class that one source alone holds is warned of.
SOURCES_MATTER = bool(SHOWN) or any(
    b.kind in ("source", "probe") for b in SETTINGS.baselines.values()
)
REDRAWN_BASELINES = [
    name for name, baseline in SETTINGS.baselines.items() if baseline.tokenizer and N_DRAWS > 1
]


def only(names):
    """A wildcard constraint that only `names` meet; an empty one would let everything pass."""
    return "|".join(names) or "(?!)"


wildcard_constraints:
    fold="[A-Za-z0-9][A-Za-z0-9._-]*",
    shard=r"\d+",
    seed=r"\d+",
    tokenizer=only(DRAWS),
    base=only(SETTINGS.base_models),
    encoder=only(SETTINGS.motion_encoders),
    variant=only(VARIANTS),
    baseline=only(BASELINES),


def tokenizer_of_seed(name, seed):
    """The draw of the tokenizer `name` that belongs to a seed."""
    draw = SEEDS.index(int(seed)) % N_DRAWS
    return next(drawn for drawn, origin in DRAWS.items() if origin == (name, draw))


def tokenizer_config(wildcards):
    """The seed of a draw is higher by its number: that of compact@2 by 2."""
    name, draw = DRAWS[wildcards.tokenizer]
    cfg = config["tokenizers"][name]
    return cfg | {"seed": cfg["seed"] + draw}


def embedded_base_config(wildcards):
    """An embedded base is drawn with the tokenizer whose tokens it reads."""
    _, draw = DRAWS[wildcards.tokenizer]
    cfg = config["base_models"][wildcards.base]
    return cfg | {"seed": cfg["seed"] + draw}


def tokens_of(fold, tokenizer):
    return [f"<results>/{fold}/tokens/{tokenizer}/all.parquet"]


def tokenizer_of_variant(wildcards):
    return tokenizer_of_seed(SETTINGS.variants[wildcards.variant].tokenizer, wildcards.seed)


def variant_tokens(wildcards):
    return tokens_of(wildcards.fold, tokenizer_of_variant(wildcards))


def variant_tokenizer(wildcards):
    return f"<results>/{wildcards.fold}/tokenizers/{tokenizer_of_variant(wildcards)}"


def variant_features(wildcards):
    """The features that a variant reads beside its tokens, or none."""
    name = SETTINGS.variants[wildcards.variant].motion_encoder
    return [f"<results>/{wildcards.fold}/motion_features/{name}.parquet"] if name else []


def variant_encoder(wildcards):
    """The motion encoder of a variant and its features, or nothing."""
    name = SETTINGS.variants[wildcards.variant].motion_encoder
    folder = f"<results>/{wildcards.fold}/motion_encoders/{name}"
    return [folder, *variant_features(wildcards)] if name else []


def scaled_videos(fold, view, components):
    return f"<results>/{fold}/video/{view}-{components}"


def variant_videos(wildcards):
    """The scaled videos that a variant reads, or nothing."""
    video = SETTINGS.variants[wildcards.variant].video
    return [scaled_videos(wildcards.fold, video.view, video.components)] if video else []


def variant_base(wildcards):
    """A checkpoint, or an embedded base, which has learnt to read the soft tokens of a variant that has some."""
    variant, fold = SETTINGS.variants[wildcards.variant], wildcards.fold
    if SETTINGS.base_models[variant.base_model].kind == "checkpoint":
        return f"<results>/base_models/{variant.base_model}"
    name = f"{variant.base_model}/{tokenizer_of_variant(wildcards)}"
    if variant.motion in SOFT and SETTINGS.motion_encoders[variant.motion_encoder].fact_epochs:
        return f"<results>/{fold}/fact_bases/{name}/{variant.motion_encoder}"
    return f"<results>/{fold}/base_models/{name}"


def variant_tasks(wildcards):
    tasks = SETTINGS.variants[wildcards.variant].tasks
    return list(SETTINGS.tasks) if tasks == "all" else tasks


def variant_conditions(wildcards):
    """What trials are like, for a variant that learns a generation task, or nothing."""
    task = SETTINGS.variants[wildcards.variant].generation_task
    return [f"<results>/{wildcards.fold}/conditions/{task}.parquet"] if task else []


def variant_config(wildcards):
    """All that fine-tuning a variant depends on, beside its inputs."""
    variant = config["variants"][wildcards.variant]
    task = SETTINGS.variants[wildcards.variant].generation_task
    generation = {"generation": config["generation_tasks"][task]} if task else {}
    settings = config["finetune"] | variant.get("finetune", {})
    optional = {key: variant[key] for key in ("motion", "video") if key in variant} | generation
    return optional | {
        "lora": variant["lora"],
        "tasks": {task: QUESTIONS[task] for task in variant_tasks(wildcards)},
        "finetune": {k: v for k, v in settings.items() if k not in ("seeds", "redraw_tokenizer")},
        "cohorts": [cohort["name"] for cohort in COHORTS],
        "simulated": bool(SIMULATED),
        "min_training_participants": SETTINGS.questions.min_training_participants,
    }


def gpus_of_variant(wildcards):
    """An embedded model is too small for a GPU, and hardly faster on two cores than on one."""
    base = SETTINGS.base_models[SETTINGS.variants[wildcards.variant].base_model]
    return int(base.kind == "checkpoint")


def threads_of_variant(wildcards):
    """Several on a GPU alone: slurm/config.yaml sends a job of one thread to the nodes without."""
    return THREADS_OF_GPU_JOB if gpus_of_variant(wildcards) else 1


def baseline_inputs(wildcards):
    """The files that a baseline reads beside the labels, by name."""
    cfg, fold = SETTINGS.baselines[wildcards.baseline], wildcards.fold
    seed = wildcards.get("seed", SEEDS[0])
    tokenizer = tokenizer_of_seed(cfg.tokenizer, seed) if cfg.tokenizer else None
    files = {
        "trials": "<results>/trials.parquet",
        "joint_angles": expand("<results>/joint_angles/{shard}.parquet", shard=SHARDS),
        "gait_features": expand("<results>/gait_features/{shard}.parquet", shard=SHARDS),
        "tokens": tokens_of(fold, tokenizer),
        "tokenizer": f"<results>/{fold}/tokenizers/{tokenizer}",
        "parameters": f"<results>/{fold}/baselines/{tokenizer}.json",
        "sources": "<results>/sources.parquet",
        "videos": scaled_videos(fold, cfg.video, PROBE_COMPONENTS),
        "motion_features": f"<results>/{fold}/motion_features/{cfg.motion_encoder}.parquet",
    }
    return {name: files[name] for name in inputs_of(cfg)}


def every_prediction(wildcards):
    """What the language models and the baselines answered, in every fold, with every seed."""
    pattern = "<results>/{fold}/predictions/{name}/seed-{seed}.parquet"
    return expand(pattern, fold=folds(), name=VARIANTS + SHOWN + BASELINES, seed=SEEDS)
