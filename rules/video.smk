rule read_video:
    input:
        trials=rules.index_trials.output.trials,
        simulated=SIMULATED,
        recorded=ancient(RECORDED_TABLES),
    output:
        clips="<results>/video/{view}.parquet",
        issues="<results>/video/{view}_issues.tsv",
    log:
        "<logs>/read_video/{view}.log",
    benchmark:
        "<benchmarks>/read_video/{view}.tsv"
    resources:
        mem_mb=growing(4000),
    params:
        cohorts=COHORTS,
        recorded=RECORDED,
        files=lambda wildcards: videos_digest(RECORDED_COHORTS, wildcards.view),
        code=code("read_video"),
    message:
        "Reading the {wildcards.view} of videos"
    script:
        "../workflow_scripts/read_video.py"


rule scale_video:
    input:
        clips=rules.read_video.output.clips,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
    output:
        directory("<results>/{fold}/video/{view}-{components}"),
    log:
        "<logs>/scale_video/{fold}/{view}-{components}.log",
    benchmark:
        "<benchmarks>/scale_video/{fold}/{view}-{components}.tsv"
    resources:
        mem_mb=growing(4000),
    params:
        code=code("scale_video"),
    message:
        "Scaling the {wildcards.view} of videos by the training people, {wildcards.fold}"
    script:
        "../workflow_scripts/scale_video.py"


# The same model is asked again of the trials that have a video: with one modality alone, or with that of another trial.
use rule predict as predict_shown with:
    output:
        "<results>/{fold}/predictions/{variant}-{showing}/seed-{seed}.parquet",
    log:
        "<logs>/predict/{fold}/{variant}-{showing}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/predict/{fold}/{variant}-{showing}/seed-{seed}.tsv"
    wildcard_constraints:
        variant=only(name for name in VARIANTS if SETTINGS.variants[name].video),
        showing="|".join(SHOWINGS),
    message:
        "Asking {wildcards.variant}, {wildcards.showing}, {wildcards.fold}, seed {wildcards.seed}"


rule list_sources:
    input:
        simulated=SIMULATED,
        recorded=ancient(RECORDED_TABLES),
    output:
        "<results>/sources.parquet",
    log:
        "<logs>/list_sources.log",
    benchmark:
        "<benchmarks>/list_sources.tsv"
    localrule: True
    params:
        cohorts=COHORTS,
        labels=label_digest(RECORDED_COHORTS, list(SOURCE_COLUMNS)),
        code=code("list_sources"),
    message:
        "Listing where the trials come from"
    script:
        "../workflow_scripts/list_sources.py"


rule late_fusion:
    input:
        lambda wildcards: expand(
            "<results>/{fold}/predictions/{name}/seed-{seed}.parquet",
            name=SETTINGS.baselines[wildcards.baseline].of,
            fold=wildcards.fold,
            seed=wildcards.seed,
        ),
    output:
        "<results>/{fold}/predictions/{baseline}/seed-{seed}.parquet",
    log:
        "<logs>/late_fusion/{fold}/{baseline}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/late_fusion/{fold}/{baseline}/seed-{seed}.tsv"
    wildcard_constraints:
        baseline=only(FUSIONS),
    localrule: True
    params:
        code=code("fuse_answers"),
    message:
        "Fusing the answers of {wildcards.baseline}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/fuse_answers.py"
