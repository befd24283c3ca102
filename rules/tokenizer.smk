rule train_tokenizer:
    input:
        joint_angles=rules.index_trials.input.joint_angles,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
    output:
        directory("<results>/{fold}/tokenizers/{tokenizer}"),
    log:
        "<logs>/train_tokenizer/{fold}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/train_tokenizer/{fold}/{tokenizer}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 8
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=480,
    params:
        cfg=tokenizer_config,
        motion=config["motion"],
        code=code("train_tokenizer"),
    message:
        "Training the motion tokenizer {wildcards.tokenizer}, {wildcards.fold}"
    script:
        "../workflow_scripts/train_tokenizer.py"


rule train_tokenizer_all:
    input:
        in_every_fold(rules.train_tokenizer.output, tokenizer=TOKENIZERS),


rule tokenize_motion:
    input:
        tokenizer=rules.train_tokenizer.output,
        joint_angles=rules.strip_and_zero.output.joint_angles,
        trials=rules.index_trials.output.trials,
    output:
        "<results>/{fold}/tokens/{tokenizer}/{shard}.parquet",
    log:
        "<logs>/tokenize_motion/{fold}/{tokenizer}/{shard}.log",
    benchmark:
        "<benchmarks>/tokenize_motion/{fold}/{tokenizer}/{shard}.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("tokenize_motion"),
    message:
        "Turning movement into tokens, {wildcards.fold}, shard {wildcards.shard}"
    script:
        "../workflow_scripts/tokenize_motion.py"


rule tokenize_motion_all:
    input:
        in_every_fold(rules.tokenize_motion.output, tokenizer=TOKENIZERS, shard=SHARDS),


rule measure_tokenizer:
    input:
        tokenizer=rules.train_tokenizer.output,
        joint_angles=rules.index_trials.input.joint_angles,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
    output:
        directory("<results>/{fold}/tokenizer_measures/{tokenizer}"),
    log:
        "<logs>/measure_tokenizer/{fold}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/measure_tokenizer/{fold}/{tokenizer}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("measure_tokenizer"),
    message:
        "Measuring what the motion tokenizer {wildcards.tokenizer} keeps, {wildcards.fold}"
    script:
        "../workflow_scripts/measure_tokenizer.py"
