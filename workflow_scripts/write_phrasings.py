"""Write the phrasings of a task that has no file of them into one."""

from biomechgpt import job

log = job.start(snakemake)

import yaml

from biomechgpt.files import replacing
from biomechgpt.questions.written_phrasings import written_phrasings
from biomechgpt.settings.tasks_section import TaskSettings
from biomechgpt.yaml_files import read_yaml

name, task = snakemake.wildcards.task, TaskSettings.model_validate(snakemake.params.cfg)
phrasings = written_phrasings(name, task, read_yaml(snakemake.input.templates))
with replacing(snakemake.output[0]) as path:
    path.write_text(yaml.safe_dump(phrasings, sort_keys=False, allow_unicode=True, width=1000))
source = "of the config" if task.phrasings else "built from label, unit and options"
log.info("phrasings of %s, %s: %s", name, source, phrasings)
job.finish(snakemake)
