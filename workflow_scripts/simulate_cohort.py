"""Write the simulated cohort folder."""

from biomechgpt import job

log = job.start(snakemake)

import yaml

from biomechgpt.cohort.simulator import simulate_cohort


def read_yaml(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


simulate_cohort(
    snakemake.output.cohort,
    snakemake.params.cfg,
    read_yaml(snakemake.input.normal_gait),
    read_yaml(snakemake.input.cohort),
)
log.info("wrote a SIMULATED cohort to %s", snakemake.output.cohort)
