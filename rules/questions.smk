rule generate_questions:
    input:
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output,
        tables=tables(COHORTS),
        phrasings=phrasing_files().values(),
    output:
        questions="<results>/{fold}/questions/seed-{seed}.parquet",
        counts="<results>/{fold}/questions/seed-{seed}.counts.tsv",
    log:
        "<logs>/generate_questions/{fold}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/generate_questions/{fold}/seed-{seed}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        cohorts=cohort_entries(),
        tasks=config["tasks"],
        phrasings=phrasing_files(),
        code=code("generate_questions"),
    message:
        "Writing questions and answers, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/generate_questions.py"


rule generate_questions_all:
    input:
        expand(rules.generate_questions.output, fold=FOLDS, seed=SEEDS),
