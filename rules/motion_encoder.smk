rule train_motion_encoder:
    input:
        joint_angles=rules.index_trials.input.joint_angles,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
    output:
        encoder=directory("<results>/{fold}/motion_encoders/{encoder}"),
        copies="<results>/{fold}/motion_copies/{encoder}.parquet",
    log:
        "<logs>/train_motion_encoder/{fold}/{encoder}.log",
    benchmark:
        "<benchmarks>/train_motion_encoder/{fold}/{encoder}.tsv"
    priority: 1  # every fine-tuning waits for it
    threads: THREADS_OF_GPU_JOB
    resources:
        gpu=1,
        mem_mb=growing(4000),
        runtime=growing(480),
    params:
        threads=THREADS_OF_GPU_JOB,
        cfg=lambda wildcards: config["motion_encoders"][wildcards.encoder],
        frame_rate_hz=SETTINGS.motion.frame_rate_hz,
        code=code("train_motion_encoder"),
        training_code=code("biomechgpt/motion_encoder/encoder_training"),
    message:
        "Training the motion encoder {wildcards.encoder}, {wildcards.fold}"
    script:
        "../workflow_scripts/train_motion_encoder.py"


rule encode_motion:
    input:
        encoder=rules.train_motion_encoder.output.encoder,
        joint_angles=rules.index_trials.input.joint_angles,
        trials=rules.index_trials.output.trials,
    output:
        "<results>/{fold}/motion_features/{encoder}.parquet",
    log:
        "<logs>/encode_motion/{fold}/{encoder}.log",
    benchmark:
        "<benchmarks>/encode_motion/{fold}/{encoder}.tsv"
    params:
        code=code("encode_motion"),
    message:
        "Turning movement into soft tokens, {wildcards.fold}"
    script:
        "../workflow_scripts/encode_motion.py"
