rule measure_gait:
    input:
        joint_angles=rules.strip_and_zero.output.joint_angles,
    output:
        "<results>/gait_features/{shard}.parquet",
    log:
        "<logs>/measure_gait/{shard}.log",
    benchmark:
        "<benchmarks>/measure_gait/{shard}.tsv"
    params:
        frame_rate_hz=SETTINGS.motion.frame_rate_hz,
        code=code("measure_gait"),
    message:
        "Measuring gait, shard {wildcards.shard}"
    script:
        "../workflow_scripts/measure_gait.py"


rule search_baseline:
    input:
        tokens=rules.gather_tokens.output,
        truths=rules.choose_trials.output.truths,
    output:
        "<results>/{fold}/baselines/{tokenizer}.json",
    log:
        "<logs>/search_baseline/{fold}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/search_baseline/{fold}/{tokenizer}.tsv"
    resources:
        runtime=growing(240),
    params:
        cfg=config["baseline_search"],
        code=code("search_baseline"),
    message:
        "Searching parameters of XGBoost on the tokens of {wildcards.tokenizer}, {wildcards.fold}"
    script:
        "../workflow_scripts/search_baseline.py"


rule baseline:
    input:
        unpack(baseline_inputs),
        truths=rules.choose_trials.output.truths,
    output:
        expand(
            "<results>/{fold}/predictions/{baseline}/seed-{seed}.parquet",
            seed=SEEDS,
            allow_missing=True,
        ),
    log:
        "<logs>/baseline/{fold}/{baseline}.log",
    benchmark:
        "<benchmarks>/baseline/{fold}/{baseline}.tsv"
    wildcard_constraints:
        baseline=only(name for name in BASELINES if name not in (*REDRAWN_BASELINES, *FUSIONS)),
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        cfg=lambda wildcards: config["baselines"][wildcards.baseline],
        labels=TASK_LABELS,
        seeds=SEEDS,
        code=code("baseline"),
    message:
        "Answering with {wildcards.baseline}, {wildcards.fold}"
    script:
        "../workflow_scripts/baseline.py"


# A baseline that sees tokens is fitted for each seed apart where each seed has a tokenizer of its own.
use rule baseline as baseline_of_seed with:
    input:
        unpack(baseline_inputs),
        truths=rules.choose_trials.output.truths,
    output:
        "<results>/{fold}/predictions/{baseline}/seed-{seed}.parquet",
    log:
        "<logs>/baseline/{fold}/{baseline}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/baseline/{fold}/{baseline}/seed-{seed}.tsv"
    wildcard_constraints:
        baseline=only(REDRAWN_BASELINES),
    message:
        "Answering with {wildcards.baseline}, {wildcards.fold}, seed {wildcards.seed}"


FITTED = [name for name in BASELINES if name not in FUSIONS]


rule baseline_all:
    input:
        in_every_fold(rules.baseline_of_seed.output, baseline=FITTED, seed=SEEDS),


rule compare_baselines:
    input:
        predictions=in_every_fold(rules.baseline_of_seed.output, baseline=FITTED, seed=SEEDS),
        folds=rules.assign_folds.output.folds,
        labels=LABEL_TABLES_OF_VOTES,
    output:
        measures="<results>/baselines.tsv",
        participants="<results>/baselines_participants.tsv",
    log:
        "<logs>/compare_baselines.log",
    benchmark:
        "<benchmarks>/compare_baselines.tsv"
    params:
        cfg=config["evaluate"],
        cohorts=COHORTS_OF_VOTES,
        code=code("compare_baselines"),
    message:
        "Measuring the baselines alone"
    script:
        "../workflow_scripts/compare_baselines.py"
