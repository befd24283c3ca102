rule evaluate:
    input:
        predictions=every_prediction,
        folds=rules.assign_folds.output.folds,
        counts=in_every_fold(rules.choose_trials.output.table),
        trials=rules.index_trials.output.trials,
        questions=in_every_fold(rules.generate_questions.output.questions, seed=SEEDS),
        labels=LABEL_TABLES_OF_VOTES,
        sources=rules.list_sources.output if SOURCES_MATTER else [],
        truths=in_every_fold(rules.choose_trials.output.truths) if SOURCES_MATTER else [],
    output:
        metrics="<results>/metrics.parquet",
        answers="<results>/answers.parquet",
        tables=report(
            directory("<results>/tables"),
            patterns=["{table}.csv"],
            category="4 Tables of the evaluation",
            caption="../resources/captions/table.rst",
            labels={"table": "{table}"},
        ),
        figures=report(
            directory("<results>/figures"),
            patterns=["{figure}.svg"],
            category="2 Figures",
            caption="../resources/captions/figure.rst",
            labels={"figure": "{figure}"},
        ),
    log:
        "<logs>/evaluate.log",
    benchmark:
        "<benchmarks>/evaluate.tsv"
    params:
        cfg=config["evaluate"],
        cohorts=COHORTS_OF_VOTES,
        variants=VARIANTS + SHOWN,
        baselines=BASELINES,
        uninformed=UNINFORMED,
        tasks=config["tasks"],
        folds=folds,
        seeds=SEEDS,
        code=code("evaluate"),
    message:
        "Measuring all answers"
    script:
        "../workflow_scripts/evaluate.py"


rule report:
    input:
        unpack(study_of_synthesis),
        metrics=rules.evaluate.output.metrics,
        answers=rules.evaluate.output.answers,
        tables=rules.evaluate.output.tables,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        issues=rules.index_trials.output.issues,
        left_out=in_every_fold(rules.choose_trials.output.left_out),
        phrasings=list(WRITTEN_PHRASINGS.values()),
        tokenizers=in_every_fold(rules.train_tokenizer.output, tokenizer=TOKENIZERS),
        tokenizer_measures=in_every_fold(rules.measure_tokenizer.output, tokenizer=TOKENIZERS),
        tokens=in_every_fold(rules.gather_tokens.output, tokenizer=TOKENIZERS[0]),
        joint_angles=rules.index_trials.input.joint_angles,
        normal=ancient(NORMAL_GAIT),
        simulated=SIMULATED,
        recorded=RECORDED_TABLES,
        assets=multiext(
            "workflow_scripts/biomechgpt/report/assets/",
            "gait_panel.css",
            "gait_panel.html",
            "report.html",
            "report.css",
            "report.js",
            "tripod_ai.yaml",
        ),
    output:
        page=report(
            "<results>/report.html",
            category="1 Report",
            caption="../resources/captions/page.rst",
            labels={"what": "everything on one page"},
        ),
        summary=report(
            "<results>/summary.txt",
            category="1 Report",
            caption="../resources/captions/summary.rst",
            labels={"what": "summary"},
        ),
        tables=report(
            directory("<results>/report_tables"),
            patterns=["{table}.csv"],
            category="3 Tables of the page",
            caption="../resources/captions/report_table.rst",
            labels={"table": "{table}"},
        ),
        run="<results>/run.json",
    log:
        "<logs>/report.log",
    params:
        config={k: config[k] for k in config if k not in ("annotate", "reconstruct", "study")},
        cohorts=COHORTS,
        folds=folds,
        tokenizers=TOKENIZERS,
        simulated=bool(SIMULATED),
        benchmarks=str(RESULTS / "benchmarks"),
        code=code("make_report", NORMAL_GAIT),
    message:
        "Writing {output.page}"
    script:
        "../workflow_scripts/make_report.py"
