# Whether synthetic movements help classifiers of recorded ones; only where config.yaml has a `synthesis_study`.
rule study_synthesis:
    input:
        unpack(study_inputs),
        joint_angles=rules.index_trials.input.joint_angles,
        truths=rules.choose_trials.output.truths,
    output:
        utility="<results>/{fold}/synthesis_study/utility.parquet",
        measures="<results>/{fold}/synthesis_study/measures.parquet",
    log:
        "<logs>/study_synthesis/{fold}.log",
    benchmark:
        "<benchmarks>/study_synthesis/{fold}.tsv"
    resources:
        mem_mb=growing(4000),
        runtime=growing(480),
    params:
        cfg=config.get("synthesis_study"),
        kinds={name: generator.kind for name, generator in STUDIED.items()},
        stored=STORED,
        classifiers={name: config["baselines"][name] for name in STUDY.classifiers} if STUDY else {},
        label=TASK_LABELS[STUDY.task] if STUDY else None,
        frame_rate_hz=SETTINGS.motion.frame_rate_hz,
        seeds=SEEDS,
        code=code("study_synthesis"),
    message:
        "Studying whether synthetic movements help, {wildcards.fold}"
    script:
        "../workflow_scripts/study_synthesis.py"


rule synthesis_study:
    input:
        utility=in_every_fold(rules.study_synthesis.output.utility),
        measures=in_every_fold(rules.study_synthesis.output.measures),
        assets=multiext(
            "workflow_scripts/biomechgpt/report/assets/", "report.html", "report.css", "report.js"
        ),
    output:
        tables=directory("<results>/synthesis_study"),
        page=report(
            "<results>/synthesis_study.html",
            category="1 Report",
            caption="../resources/captions/synthesis_study.rst",
            labels={"what": "whether synthetic movement helps"},
        ),
    log:
        "<logs>/synthesis_study.log",
    benchmark:
        "<benchmarks>/synthesis_study.tsv"
    params:
        cfg=config["evaluate"],
        study=config.get("synthesis_study"),
        run=config["run"],
        simulated=bool(SIMULATED),
        code=code("report_synthesis"),
    message:
        "Writing {output.page}"
    script:
        "../workflow_scripts/report_synthesis.py"
