"""Write the simulated cohort with planted signals."""

from biomechgpt import job

log = job.start(snakemake)

from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.simulation.planted_signals import plant_cohort

plant_cohort(snakemake.output.cohort, SimulateSettings.model_validate(snakemake.params.cfg))
log.info("wrote a SIMULATED cohort to %s", snakemake.output.cohort)
