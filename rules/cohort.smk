rule simulate_cohort:
    input:
        **{name: ancient(path) for name, path in SIMULATOR_DATA.items()},
    output:
        cohort=directory("<results>/cohorts/{cohort}"),
    log:
        "<logs>/simulate_cohort/{cohort}.log",
    benchmark:
        "<benchmarks>/simulate_cohort/{cohort}.tsv"
    wildcard_constraints:
        cohort=only(SIMULATED_NAMES if SETTINGS.simulate.content == "rehabilitation" else ()),
    params:
        cfg=config["simulate"],
        code=code("simulate_cohort", SIMULATOR_DATA.values()),
    message:
        "Simulating a cohort"
    script:
        "../workflow_scripts/simulate_cohort.py"


rule plant_signals:
    output:
        cohort=directory("<results>/cohorts/{cohort}"),
    log:
        "<logs>/plant_signals/{cohort}.log",
    benchmark:
        "<benchmarks>/plant_signals/{cohort}.tsv"
    wildcard_constraints:
        cohort=only(SIMULATED_NAMES if SETTINGS.simulate.content != "rehabilitation" else ()),
    params:
        cfg=config["simulate"],
        code=code("plant_signals"),
    message:
        "Simulating a cohort with planted signals"
    script:
        "../workflow_scripts/plant_signals.py"


# Without input and output it runs whenever it is wanted; the Snakefile prints the page at the end.
CONFIG_OF_RUN = {key: config[key] for key in RunSettings.model_fields if key in config}


rule check_cohort:
    log:
        "<logs>/check_cohort.log",
    localrule: True
    params:
        config=CONFIG_OF_RUN,
        recorded=RECORDED,
        maps=MAPS,
        page=CHECK_PAGE["check_cohort"],
        table=CHECK_TABLE["check_cohort"],
    message:
        "Checking the cohorts"
    script:
        "../workflow_scripts/check_cohort.py"


rule check_features:
    log:
        "<logs>/check_features.log",
    localrule: True
    params:
        config=CONFIG_OF_RUN,
        recorded=RECORDED,
        maps=MAPS,
        page=CHECK_PAGE["check_features"],
        table=CHECK_TABLE["check_features"],
    message:
        "Checking the videos of the cohorts"
    script:
        "../workflow_scripts/check_features.py"


rule ingest:
    input:
        maps=ancient(MAPS),
        simulated=SIMULATED,
        recorded=ancient(RECORDED_TABLES),
    output:
        trajectories="<results>/trajectories/{shard}.parquet",
        issues="<results>/trajectories/{shard}.issues.parquet",
    log:
        "<logs>/ingest/{shard}.log",
    benchmark:
        "<benchmarks>/ingest/{shard}.tsv"
    params:
        cfg=config["ingest"],
        cohorts=COHORTS,
        recorded=RECORDED,
        shards=len(SHARDS),
        files=lambda wildcards: digests_of_shards()[int(wildcards.shard)],
        code=code("ingest", MAPS),
    message:
        "Reading the recordings, shard {wildcards.shard}"
    script:
        "../workflow_scripts/ingest.py"


rule ingest_all:
    input:
        expand(rules.ingest.output, shard=SHARDS),


rule strip_and_zero:
    input:
        rules.ingest.output.trajectories,
    output:
        joint_angles="<results>/joint_angles/{shard}.parquet",
        issues="<results>/joint_angles/{shard}.issues.parquet",
    log:
        "<logs>/strip_and_zero/{shard}.log",
    benchmark:
        "<benchmarks>/strip_and_zero/{shard}.tsv"
    params:
        cfg=config["motion"],
        code=code("strip_and_zero"),
    message:
        "Stripping the pelvis, shard {wildcards.shard}"
    script:
        "../workflow_scripts/strip_and_zero.py"


rule index_trials:
    input:
        joint_angles=expand(rules.strip_and_zero.output.joint_angles, shard=SHARDS),
        ingest_issues=expand(rules.ingest.output.issues, shard=SHARDS),
        strip_issues=expand(rules.strip_and_zero.output.issues, shard=SHARDS),
    output:
        trials="<results>/trials.parquet",
        issues="<results>/ingest_report.parquet",
        report=report(
            "<results>/ingest_report.tsv",
            category="5 Data",
            caption="../resources/captions/ingest_report.rst",
            labels={"what": "problems and rejected files"},
        ),
    log:
        "<logs>/index_trials.log",
    benchmark:
        "<benchmarks>/index_trials.tsv"
    localrule: True
    params:
        code=code("index_trials"),
    message:
        "Listing the accepted trials and all problems"
    script:
        "../workflow_scripts/index_trials.py"


checkpoint assign_folds:
    input:
        trials=rules.index_trials.output.trials,
        simulated=SIMULATED,
        recorded=ancient(RECORDED_TABLES),
        file=SETTINGS.split.file or [],
    output:
        folds=report(
            "<results>/folds.tsv",
            category="5 Data",
            caption="../resources/captions/folds.rst",
            labels={"what": "split of the participants"},
        ),
    log:
        "<logs>/assign_folds.log",
    benchmark:
        "<benchmarks>/assign_folds.tsv"
    localrule: True
    params:
        cfg=config["split"],
        cohorts=COHORTS,
        recorded=RECORDED,
        labels=label_digest(RECORDED_COHORTS, SETTINGS.split.stratify_by),
        meanings=meanings_of_strata(),
        code=code("assign_folds"),
    message:
        "Dividing the participants into training, validation and test"
    script:
        "../workflow_scripts/assign_folds.py"
