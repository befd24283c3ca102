rule search_baseline:
    input:
        tokens=expand(rules.tokenize_motion.output, shard=SHARDS, allow_missing=True),
        questions=expand(
            rules.generate_questions.output.questions, seed=SEEDS[0], allow_missing=True
        ),
    output:
        "<results>/{fold}/baselines/{tokenizer}.json",
    log:
        "<logs>/search_baseline/{fold}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/search_baseline/{fold}/{tokenizer}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        cfg=config["baseline_search"],
        code=code("search_baseline"),
    message:
        "Searching the parameters of the baseline, {wildcards.fold}"
    script:
        "../workflow_scripts/search_baseline.py"


rule baseline:
    input:
        tokens=baseline_tokens,
        questions=rules.generate_questions.output.questions,
        parameters=baseline_parameters,
    output:
        "<results>/{fold}/predictions/{baseline}/seed-{seed}.parquet",
    log:
        "<logs>/baseline/{fold}/{baseline}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/baseline/{fold}/{baseline}/seed-{seed}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        cfg=baseline_config,
        code=code("baseline"),
    message:
        "Answering with {wildcards.baseline}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/baseline.py"


rule baseline_all:
    input:
        in_every_fold(rules.baseline.output, baseline=BASELINES, seed=SEEDS),
