"""Check the videos of the config's cohorts, and write what was found as a page and as a table."""

from biomechgpt import job

log = job.start(snakemake)

from pathlib import Path

from biomechgpt.check.check_page import NOTHING_TO_CHECK
from biomechgpt.check.feature_check import check_features
from biomechgpt.check.feature_page import feature_page
from biomechgpt.check.findings import write_findings
from biomechgpt.files import replacing
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.run_settings import RunSettings

params, text, findings = snakemake.params, NOTHING_TO_CHECK, []
if params.recorded:
    settings = RunSettings.model_validate(params.config)
    check = check_features(params.recorded, settings, reading_with(params.maps, settings.ingest))
    findings, text = check.findings, feature_page(check, params.table)
write_findings(params.table, findings)
with replacing(Path(params.page)) as path:
    path.write_text(text, encoding="utf-8")
log.info("%s", text)
