rule build_base_model:
    input:
        tokens=rules.gather_tokens.output,
        folds=rules.assign_folds.output.folds,
        phrasings=phrasings_of(SETTINGS.tasks),
    output:
        directory("<results>/{fold}/base_models/{base}/{tokenizer}"),
    log:
        "<logs>/build_base_model/{fold}/{base}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/build_base_model/{fold}/{base}/{tokenizer}.tsv"
    priority: 1  # every fine-tuning waits for it
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        **({"prompts": lambda wildcards: PROMPT_WORDS} if PROMPT_WORDS else {}),
        cfg=embedded_base_config,
        tasks=QUESTIONS,
        code=code_asking("build_base_model", SETTINGS.tasks),
    message:
        "Building and pretraining the base model {wildcards.base}, {wildcards.fold}"
    script:
        "../workflow_scripts/build_base_model.py"


rule teach_facts:
    input:
        base="<results>/{fold}/base_models/{base}/{tokenizer}",
        encoder=rules.train_motion_encoder.output.encoder,
        copies=rules.train_motion_encoder.output.copies,
    output:
        directory("<results>/{fold}/fact_bases/{base}/{tokenizer}/{encoder}"),
    log:
        "<logs>/teach_facts/{fold}/{base}/{tokenizer}/{encoder}.log",
    benchmark:
        "<benchmarks>/teach_facts/{fold}/{base}/{tokenizer}/{encoder}.tsv"
    priority: 1  # every fine-tuning waits for it
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        code=code("teach_facts"),
    message:
        "Teaching {wildcards.base} to read soft tokens, {wildcards.fold}"
    script:
        "../workflow_scripts/teach_facts.py"


rule fetch_base_model:
    output:
        directory("<results>/base_models/{base}"),
    log:
        "<logs>/fetch_base_model/{base}.log",
    benchmark:
        "<benchmarks>/fetch_base_model/{base}.tsv"
    localrule: True
    resources:
        runtime=growing(240),
    params:
        cfg=lambda wildcards: config["base_models"][wildcards.base],
        code=code("fetch_base_model"),
    message:
        "Looking for the base model {wildcards.base}"
    script:
        "../workflow_scripts/fetch_base_model.py"


rule finetune:
    input:
        base=variant_base,
        tokenizer=variant_tokenizer,
        tokens=variant_tokens,
        questions=rules.generate_questions.output.questions,
        phrasings=lambda wildcards: phrasings_of(variant_tasks(wildcards)),
        encoder=variant_encoder,
        conditions=variant_conditions,
        videos=variant_videos,
    output:
        directory("<results>/{fold}/models/{variant}/seed-{seed}"),
    log:
        "<logs>/finetune/{fold}/{variant}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/finetune/{fold}/{variant}/seed-{seed}.tsv"
    threads: threads_of_variant
    resources:
        gpu=gpus_of_variant,
        mem_mb=growing(8000),
        runtime=growing(720),
    params:
        threads=threads_of_variant,
        cfg=variant_config,
        code=lambda wildcards: code_asking("finetune", variant_tasks(wildcards))(wildcards),
    message:
        "Fine-tuning {wildcards.variant}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/finetune.py"


rule finetune_all:
    input:
        in_every_fold(rules.finetune.output, variant=VARIANTS, seed=SEEDS),


rule predict:
    input:
        model=rules.finetune.output,
        tokens=variant_tokens,
        features=variant_features,
        videos=variant_videos,
        questions=rules.generate_questions.output.questions,
    output:
        "<results>/{fold}/predictions/{variant}/seed-{seed}.parquet",
    log:
        "<logs>/predict/{fold}/{variant}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/predict/{fold}/{variant}/seed-{seed}.tsv"
    threads: threads_of_variant
    resources:
        gpu=gpus_of_variant,
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        threads=threads_of_variant,
        splits=SETTINGS.predict.splits,
        code=code("predict"),
    message:
        "Asking {wildcards.variant}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/predict.py"


rule predict_all:
    input:
        in_every_fold(rules.predict.output, variant=VARIANTS, seed=SEEDS),
