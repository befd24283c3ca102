rule annotate:
    input:
        model=annotated("model"),
        cohort=ancient(annotated("cohort")),
        maps=MAPS,
    output:
        answers=f"<results>/annotations/{ANNOTATED}/answers.tsv",
        issues=f"<results>/annotations/{ANNOTATED}/issues.tsv",
    log:
        f"<logs>/annotate/{ANNOTATED}.log",
    benchmark:
        f"<benchmarks>/annotate/{ANNOTATED}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: THREADS_OF_GPU_JOB
    resources:
        gpu=1,
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        threads=THREADS_OF_GPU_JOB,
        cfg={key: config[key] for key in ("ingest", "motion")},
        files=files_to_annotate,
        code=code("annotate", MAPS),
    message:
        "Asking {input.model} about {input.cohort}"
    script:
        "../workflow_scripts/annotate.py"
