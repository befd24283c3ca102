rule publish:
    input:
        model=rules.finetune.output,
        metrics=rules.evaluate.output.metrics,
        tables=rules.evaluate.output.tables,
        template="workflow_scripts/biomechgpt/report/assets/model_card.md.jinja",
    output:
        directory("<results>/{fold}/published/{variant}/seed-{seed}"),
    log:
        "<logs>/publish/{fold}/{variant}/seed-{seed}.log",
    benchmark:
        "<benchmarks>/publish/{fold}/{variant}/seed-{seed}.tsv"
    localrule: True
    params:
        code=code("publish"),
    message:
        "Writing the card of {wildcards.variant}, {wildcards.fold}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/publish.py"


rule publish_all:
    input:
        in_every_fold(rules.publish.output, variant=VARIANTS, seed=SEEDS),
