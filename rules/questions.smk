rule generate_questions:
    input:
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        simulated=SIMULATED,
        recorded=ancient(tables_of_recorded()),
        phrasings=phrasing_files().values(),
    output:
        questions="<results>/{fold}/questions/seed-{seed}.parquet",
        table="<results>/{fold}/questions/seed-{seed}.table-1.tsv",
        left_out="<results>/{fold}/questions/seed-{seed}.left-out.tsv",
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
        cohorts=COHORTS,
        cfg=QUESTIONS,
        recorded=RECORDED,
        columns=asked_labels(),
        min_training_participants=config["questions"]["min_training_participants"],
        labels=label_digest(BROUGHT, asked_labels()),
        code=code("generate_questions", phrasing_files().values()),
    message:
        "Writing questions and answers, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/generate_questions.py"


rule generate_questions_all:
    input:
        in_every_fold(rules.generate_questions.output, seed=SEEDS),
