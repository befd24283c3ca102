# Evidence is read off joint angles alone: no label, no answer and no fold is among the inputs.
rule evidence:
    input:
        joint_angles=rules.strip_and_zero.output.joint_angles,
        normal=ancient(NORMAL_GAIT),
    output:
        "<results>/evidence/{shard}.parquet",
    log:
        "<logs>/evidence/{shard}.log",
    benchmark:
        "<benchmarks>/evidence/{shard}.tsv"
    params:
        frame_rate_hz=SETTINGS.motion.frame_rate_hz,
        code=code("evidence", NORMAL_GAIT),
    message:
        "Measuring evidence, shard {wildcards.shard}"
    script:
        "../workflow_scripts/evidence.py"


rule evidence_all:
    input:
        expand(rules.evidence.output, shard=SHARDS),
