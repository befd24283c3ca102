import platform
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


report: "resources/captions/workflow.rst"


# On a workstation jobs wait until one of its GPUs is free; a cluster gets all jobs and lets them wait itself.
resource_scopes:
    gpu="local",


pathvars:
    results="results" if config["run"] is None else f"results/{config['run']}",
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


include: "rules/common.smk"
include: "rules/variants.smk"
include: "rules/generators.smk"
include: "rules/cohort.smk"
include: "rules/tokenizer.smk"
include: "rules/motion_encoder.smk"
include: "rules/questions.smk"
include: "rules/language_model.smk"
include: "rules/video.smk"
include: "rules/baselines.smk"
include: "rules/evidence.smk"
include: "rules/report.smk"
include: "rules/publish.smk"
include: "rules/annotate.smk"
include: "rules/synthesis.smk"
include: "rules/synthesis_study.smk"


# Every script has the same environment. Snakemake's global `conda:` is for what a Snakefile imports, not for jobs.
for stage in workflow.rules:
    if stage.script:
        stage.conda_env = "../envs/environment.yaml"  # from rules/


rule all:
    default_target: True
    input:
        "<results>/report.html",
        rules.show_movement_all.input,
        rules.synthesis_all.input,
        rules.synthesis_study.output if STUDY else [],


onstart:
    check_stands_alone()
    # unlock.py asks whether the run that locked this folder was on this machine.
    Path(".snakemake/host").write_text(platform.node())


onsuccess:
    if CHECK_ONLY:
        end_check()
    else:
        print(closing_words())
