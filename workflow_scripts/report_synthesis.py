"""Put what was studied of synthetic movement into tables and on a page."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.evaluation.synthesis_tables import study_tables, write_study_tables
from biomechgpt.report.study_page import write_study_page
from biomechgpt.settings.evaluate_section import EvaluateSettings

inputs, written, params = snakemake.input, snakemake.output, snakemake.params
cfg = EvaluateSettings.model_validate(params.cfg)
tables = study_tables(inputs.utility, inputs.measures, cfg.bootstrap_draws, cfg.seed)
write_study_tables(tables, written.tables)
write_study_page(tables, params.study["task"], params.run, params.simulated, written.page)
job.finish(snakemake)
