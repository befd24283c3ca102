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
    priority: 1  # every fine-tuning waits for it
    threads: THREADS_OF_GPU_JOB
    resources:
        gpu=1,
        mem_mb=growing(4000),
        runtime=growing(480),
    params:
        threads=THREADS_OF_GPU_JOB,
        cfg=tokenizer_config,
        ingest=config["ingest"],
        motion=config["motion"],
        code=code("train_tokenizer"),
        training_code=code("biomechgpt/tokenizer/training"),
    message:
        "Training the motion tokenizer {wildcards.tokenizer}, {wildcards.fold}"
    script:
        "../workflow_scripts/train_tokenizer.py"


rule train_tokenizer_all:
    input:
        in_every_fold(rules.train_tokenizer.output, tokenizer=DRAWN_TOKENIZERS),


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
    params:
        code=code("tokenize_motion"),
    message:
        "Turning movement into tokens, {wildcards.fold}, shard {wildcards.shard}"
    script:
        "../workflow_scripts/tokenize_motion.py"


# Many jobs read the tokens of the whole cohort; a file for each shard would give the DAG too many edges.
rule gather_tokens:
    input:
        expand(rules.tokenize_motion.output, shard=SHARDS, allow_missing=True),
    output:
        "<results>/{fold}/tokens/{tokenizer}/all.parquet",
    log:
        "<logs>/gather_tokens/{fold}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/gather_tokens/{fold}/{tokenizer}.tsv"
    params:
        code=code("gather_tokens"),
    message:
        "Putting the tokens of all shards into one file, {wildcards.fold}"
    script:
        "../workflow_scripts/gather_tokens.py"


rule tokenize_motion_all:
    input:
        in_every_fold(rules.gather_tokens.output, tokenizer=DRAWN_TOKENIZERS),


rule reconstruct:
    input:
        tokenizer=rules.train_tokenizer.output,
        tokens=rules.tokenize_motion.output,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
    output:
        directory("<results>/{fold}/reconstructions/{tokenizer}/{shard}"),
    log:
        "<logs>/reconstruct/{fold}/{tokenizer}/{shard}.log",
    benchmark:
        "<benchmarks>/reconstruct/{fold}/{tokenizer}/{shard}.tsv"
    params:
        cfg=config["reconstruct"],
        simulated=SIMULATED_NAMES,
        code=code("reconstruct"),
    message:
        "Turning tokens back into movement, {wildcards.fold}, shard {wildcards.shard}"
    script:
        "../workflow_scripts/reconstruct.py"


rule reconstruct_all:
    input:
        in_every_fold(rules.reconstruct.output, tokenizer=TOKENIZERS, shard=SHARDS),


rule show_movement:
    input:
        joint_angles=rules.index_trials.input.joint_angles,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        tokenizers=in_every_fold(rules.train_tokenizer.output),
        tokens=in_every_fold(rules.gather_tokens.output),
        normal=ancient(NORMAL_GAIT),
        assets=multiext(
            "workflow_scripts/biomechgpt/report/assets/",
            "gait_panel.css",
            "gait_panel.html",
            "movement_page.html",
            "movement_page.css",
            "movement_page.js",
            "player.css",
            "player.js",
            "player_drawing.js",
            "report.css",
        ),
    output:
        report(
            "<results>/movement/{tokenizer}.html",
            category="1 Report",
            caption="../resources/captions/movement.rst",
            labels={"what": "moving skeletons, tokenizer {tokenizer}"},
        ),
    log:
        "<logs>/show_movement/{tokenizer}.log",
    benchmark:
        "<benchmarks>/show_movement/{tokenizer}.tsv"
    params:
        cfg={"trials": SETTINGS.reconstruct.trials},
        folds=folds,
        simulated=SIMULATED_NAMES,
        code=code("show_movement", NORMAL_GAIT),
    message:
        "Writing {output}"
    script:
        "../workflow_scripts/show_movement.py"


rule show_movement_all:
    input:
        expand(rules.show_movement.output, tokenizer=TOKENIZERS),


rule measure_tokenizer:
    input:
        tokenizer=rules.train_tokenizer.output,
        tokens=rules.gather_tokens.output,
        joint_angles=rules.index_trials.input.joint_angles,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
    output:
        directory("<results>/{fold}/tokenizer_measures/{tokenizer}"),
    log:
        "<logs>/measure_tokenizer/{fold}/{tokenizer}.log",
    benchmark:
        "<benchmarks>/measure_tokenizer/{fold}/{tokenizer}.tsv"
    params:
        code=code("measure_tokenizer"),
    message:
        "Measuring what the motion tokenizer {wildcards.tokenizer} keeps, {wildcards.fold}"
    script:
        "../workflow_scripts/measure_tokenizer.py"
