# Baselines read no phrasings: what they depend on is written before a question is put into words.
rule choose_trials:
    input:
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        simulated=SIMULATED,
        recorded=ancient(RECORDED_TABLES),
    output:
        truths="<results>/{fold}/questions/truths.parquet",
        table="<results>/{fold}/questions/table-1.parquet",
        left_out="<results>/{fold}/questions/left-out.parquet",
    log:
        "<logs>/choose_trials/{fold}.log",
    benchmark:
        "<benchmarks>/choose_trials/{fold}.tsv"
    params:
        cohorts=COHORTS,
        cfg=LABELLED,
        recorded=RECORDED,
        columns=LABEL_COLUMNS,
        min_training_participants=SETTINGS.questions.min_training_participants,
        labels=label_digest(RECORDED_COHORTS, LABEL_COLUMNS),
        code=code("choose_trials"),
    message:
        "Choosing the trials of each task, {wildcards.fold}"
    script:
        "../workflow_scripts/choose_trials.py"


rule write_phrasings:
    input:
        templates=ancient("resources/phrasing_templates.yaml"),
    output:
        "<results>/phrasings/{task}.yaml",
    log:
        "<logs>/write_phrasings/{task}.log",
    benchmark:
        "<benchmarks>/write_phrasings/{task}.tsv"
    wildcard_constraints:
        task=only(WRITTEN_PHRASINGS),
    localrule: True
    params:
        cfg=lambda wildcards: QUESTION_ENTRIES[wildcards.task],
        code=code("write_phrasings", ["resources/phrasing_templates.yaml"]),
    message:
        "Writing down how to ask for {wildcards.task}"
    script:
        "../workflow_scripts/write_phrasings.py"


rule generate_questions:
    input:
        truths=rules.choose_trials.output.truths,
        phrasings=phrasings_of(SETTINGS.tasks),
    output:
        questions="<results>/{fold}/questions/seed-{seed}.parquet",
    log:
        "<logs>/generate_questions/{fold}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/generate_questions/{fold}/seed-{seed}.tsv"
    params:
        cfg=QUESTIONS,
        code=code_asking("generate_questions", SETTINGS.tasks),
    message:
        "Writing questions and answers, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/generate_questions.py"


rule generate_questions_all:
    input:
        in_every_fold(rules.generate_questions.output, seed=SEEDS),
