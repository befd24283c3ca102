# Words to movement: prompts, tokens and angles lie below a fold, and nothing else reads them.
wildcard_constraints:
    generator=only(GENERATORS),
    generation_task=only(SETTINGS.generation_tasks),


rule gather_conditions:
    input:
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        gait_features=expand("<results>/gait_features/{shard}.parquet", shard=SHARDS),
        simulated=SIMULATED,
        recorded=ancient(RECORDED_TABLES),
    output:
        "<results>/{fold}/conditions/{generation_task}.parquet",
    log:
        "<logs>/gather_conditions/{fold}/{generation_task}.log",
    benchmark:
        "<benchmarks>/gather_conditions/{fold}/{generation_task}.tsv"
    params:
        cohorts=COHORTS,
        cfg=lambda wildcards: config["generation_tasks"][wildcards.generation_task],
        questions=LABELLED,
        recorded=RECORDED,
        columns=CONDITION_COLUMNS,
        labels=label_digest(RECORDED_COHORTS, CONDITION_COLUMNS),
        code=code("gather_conditions"),
    message:
        "Listing what movements are like, {wildcards.fold}"
    script:
        "../workflow_scripts/gather_conditions.py"


rule write_prompts:
    input:
        conditions=lambda wildcards: "<results>/{fold}/conditions/"
        + f"{generator_task(wildcards)}.parquet",
        tokens=generator_tokens,
    output:
        "<results>/{fold}/prompts/{generator}/seed-{seed}.parquet",
    log:
        "<logs>/write_prompts/{fold}/{generator}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/write_prompts/{fold}/{generator}/seed-{seed}.tsv"
    params:
        cfg=lambda wildcards: config["generators"][wildcards.generator],
        task=lambda wildcards: config["generation_tasks"][generator_task(wildcards)],
        code=code("write_prompts"),
    message:
        "Writing what {wildcards.generator} is asked for, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/write_prompts.py"


rule generate:
    input:
        model=generator_model,
        prompts=rules.write_prompts.output,
    output:
        f"{SYNTHETIC}/tokens.parquet",
    log:
        "<logs>/generate/{fold}/{generator}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/generate/{fold}/{generator}/seed-{seed}.tsv"
    threads: lambda wildcards: THREADS_OF_GPU_JOB if generator_gpus(wildcards) else 1
    resources:
        gpu=generator_gpus,
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        threads=lambda wildcards: THREADS_OF_GPU_JOB if generator_gpus(wildcards) else 1,
        cfg=lambda wildcards: config["generators"][wildcards.generator],
        code=code("generate"),
    message:
        "Sampling movements of {wildcards.generator}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/generate.py"


rule decode_synthetic:
    input:
        model=generator_model,
        prompts=rules.write_prompts.output,
        tokens=rules.generate.output,
    output:
        joint_angles=f"{SYNTHETIC}/joint_angles.parquet",
        trials=f"{SYNTHETIC}/trials.tsv",
        rejected=f"{SYNTHETIC}/rejected.tsv",
    log:
        "<logs>/decode_synthetic/{fold}/{generator}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/decode_synthetic/{fold}/{generator}/seed-{seed}.tsv"
    params:
        code=code("decode_synthetic"),
    message:
        "Decoding movements of {wildcards.generator}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/decode_synthetic.py"


rule export_synthetic:
    input:
        joint_angles=rules.decode_synthetic.output.joint_angles,
        trials=rules.decode_synthetic.output.trials,
    output:
        directory(f"{SYNTHETIC}/cohort"),
    log:
        "<logs>/export_synthetic/{fold}/{generator}/seed-{seed}.log",
    params:
        code=code("export_synthetic"),
    message:
        "Writing movements of {wildcards.generator} as files, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/export_synthetic.py"


rule export_synthetic_all:
    input:
        in_every_fold(rules.export_synthetic.output, generator=GENERATORS, seed=SEEDS),


rule measure_control:
    input:
        synthetic=rules.decode_synthetic.output.joint_angles,
        synthetic_trials=rules.decode_synthetic.output.trials,
        joint_angles=rules.index_trials.input.joint_angles,
        conditions=rules.write_prompts.input.conditions,
    output:
        f"{SYNTHETIC}/control.parquet",
    log:
        "<logs>/measure_control/{fold}/{generator}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/measure_control/{fold}/{generator}/seed-{seed}.tsv"
    params:
        task=lambda wildcards: config["generation_tasks"][generator_task(wildcards)],
        frame_rate_hz=SETTINGS.motion.frame_rate_hz,
        code=code("measure_control"),
    message:
        "Measuring what {wildcards.generator} made, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/measure_control.py"


rule summarise_control:
    input:
        control=in_every_fold(rules.measure_control.output, seed=SEEDS),
        trials=in_every_fold(rules.decode_synthetic.output.trials, seed=SEEDS),
        rejected=in_every_fold(rules.decode_synthetic.output.rejected, seed=SEEDS),
    output:
        "<results>/synthesis/control/{generator}.tsv",
    log:
        "<logs>/summarise_control/{generator}.log",
    localrule: True
    params:
        code=code("summarise_control"),
    message:
        "Writing {output}"
    script:
        "../workflow_scripts/summarise_control.py"


rule audit_synthetic:
    input:
        synthetic=in_every_fold(f"{SYNTHETIC}/trials.tsv", generator=GENERATORS, seed=SEEDS),
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        joint_angles=rules.index_trials.input.joint_angles,
    output:
        "<results>/synthesis/leakage.tsv",
    log:
        "<logs>/audit_synthetic.log",
    localrule: True
    params:
        code=code("audit_synthetic"),
    message:
        "Checking that synthetic movements stayed in their folds"
    script:
        "../workflow_scripts/audit_synthetic.py"


rule synthesis_all:
    input:
        rules.audit_synthetic.output if GENERATORS else [],
        expand(rules.summarise_control.output, generator=GENERATORS),
