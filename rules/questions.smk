# Baselines read no words: what they depend on is made before a phrasing is drawn.
rule choose_trials:
    input:
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        simulated=SIMULATED,
        recorded=ancient(tables_of_recorded()),
    output:
        truths="<results>/{fold}/questions/truths.parquet",
        table="<results>/{fold}/questions/table-1.parquet",
        left_out="<results>/{fold}/questions/left-out.parquet",
    log:
        "<logs>/choose_trials/{fold}.log",
    benchmark:
        "<benchmarks>/choose_trials/{fold}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        cohorts=COHORTS,
        cfg=LABELLED,
        recorded=RECORDED,
        columns=asked_labels(),
        min_training_participants=config["questions"]["min_training_participants"],
        labels=label_digest(BROUGHT, asked_labels()),
        code=code("choose_trials"),
    message:
        "Choosing the trials of each task, {wildcards.fold}"
    script:
        "../workflow_scripts/choose_trials.py"


rule generate_questions:
    input:
        truths=rules.choose_trials.output.truths,
        phrasings=phrasing_files().values(),
    output:
        questions="<results>/{fold}/questions/seed-{seed}.parquet",
    log:
        "<logs>/generate_questions/{fold}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/generate_questions/{fold}/seed-{seed}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        cfg=QUESTIONS,
        code=code("generate_questions", phrasing_files().values()),
    message:
        "Writing questions and answers, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/generate_questions.py"


rule generate_questions_all:
    input:
        in_every_fold(rules.generate_questions.output, seed=SEEDS),
