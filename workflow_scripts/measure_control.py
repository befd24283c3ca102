"""Compare the synthetic movements of one generator, fold and seed with what was asked for."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.files import replacing
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.synthesis.control import control

files = snakemake.input
rows = control(
    {"joint_angles": files.synthetic, "trials": files.synthetic_trials},
    files.joint_angles,
    pd.read_parquet(files.conditions),
    GenerationTaskSettings.model_validate(snakemake.params.task),
    snakemake.params.frame_rate_hz,
)
with replacing(snakemake.output[0]) as temporary:
    rows.to_parquet(temporary, index=False)
log.info("%d conditions", len(rows))
job.finish(snakemake)
