"""Write the simulated cohort folder."""

from biomechgpt import job

log = job.start(snakemake)

from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.simulation import simulate_cohort
from biomechgpt.yaml_files import read_yaml

simulate_cohort(
    snakemake.output.cohort,
    SimulateSettings.model_validate(snakemake.params.cfg),
    read_yaml(snakemake.input.normal_gait),
    read_yaml(snakemake.input.cohort),
)
log.info("wrote a SIMULATED cohort to %s", snakemake.output.cohort)
