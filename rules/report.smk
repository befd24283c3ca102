rule evaluate:
    input:
        predictions=every_prediction,
        folds=rules.assign_folds.output.folds,
        counts=in_every_fold(rules.generate_questions.output.table, seed=SEEDS[0]),
        trials=rules.index_trials.output.trials,
        questions=in_every_fold(rules.generate_questions.output.questions, seed=SEEDS),
    output:
        metrics="<results>/metrics.parquet",
        answers="<results>/answers.parquet",
        tables=directory("<results>/tables"),
        figures=directory("<results>/figures"),
    log:
        "<logs>/evaluate.log",
    benchmark:
        "<benchmarks>/evaluate.tsv"
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        cfg=config["evaluate"],
        variants=VARIANTS,
        baselines=BASELINES,
        tasks=config["tasks"],
        code=code("evaluate"),
    message:
        "Measuring all answers"
    script:
        "../workflow_scripts/evaluate.py"


rule report:
    input:
        metrics=rules.evaluate.output.metrics,
        tables=rules.evaluate.output.tables,
        figures=rules.evaluate.output.figures,
        trials=rules.index_trials.output.trials,
        folds=rules.assign_folds.output.folds,
        ingest_report=rules.index_trials.output.report,
        tokenizers=in_every_fold(rules.train_tokenizer.output, tokenizer=TOKENIZERS),
        tokens=tokens_of_first_fold,
        assets=multiext("workflow_scripts/biomechgpt/report/", "template.html", "style.css"),
    output:
        page=report("<results>/report.html", category="Report"),
        summary="<results>/summary.txt",
    log:
        "<logs>/report.log",
    conda:
        "../envs/environment.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        config={key: config[key] for key in config if key != "annotate"},
        simulated=bool(SIMULATED),
        benchmarks=str(RESULTS / "benchmarks"),
        code=code("make_report"),
    message:
        "Writing {output.page}"
    script:
        "../workflow_scripts/make_report.py"
