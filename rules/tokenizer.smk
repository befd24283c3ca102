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
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
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
        tokens=in_every_fold(rules.tokenize_motion.output, shard=SHARDS),
        assets=multiext(
            "workflow_scripts/biomechgpt/report/",
            "movement_page.html",
            "movement_page.css",
            "movement_page.js",
            "player.css",
            "player.js",
            "player_drawing.js",
            "style.css",
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
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        cfg={"trials": config["reconstruct"]["trials"]},
        simulated=SIMULATED_NAMES,
        code=code("show_movement"),
    message:
        "Writing {output}"
    script:
        "../workflow_scripts/show_movement.py"


rule show_movement_all:
    input:
        expand(rules.show_movement.output, tokenizer=TOKENIZERS),
