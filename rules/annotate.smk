rule annotate:
    input:
        model=folder_to_annotate("model"),
        cohort=ancient(folder_to_annotate("cohort")),
        maps=ancient(MAPS),
    output:
        answers=f"<results>/annotations/{ANNOTATIONS}/answers.tsv",
        issues=f"<results>/annotations/{ANNOTATIONS}/issues.tsv",
    log:
        f"<logs>/annotate/{ANNOTATIONS}.log",
    benchmark:
        f"<benchmarks>/annotate/{ANNOTATIONS}.tsv"
    threads: THREADS_OF_GPU_JOB
    resources:
        gpu=1,
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        threads=THREADS_OF_GPU_JOB,
        files=digest_of_annotated_cohort,
        code=code("annotate", MAPS),
    message:
        "Asking {input.model} about {input.cohort}"
    script:
        "../workflow_scripts/annotate.py"
