"""Stop the run where synthetic movements are where they may not be."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.evaluation.synthetic_leakage import audit_synthetic, refuse_leaks
from biomechgpt.files import replacing
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.synthesis.synthetic_files import angles_digests, read_synthetic_trials

files = snakemake.input
synthetic = pd.concat([read_synthetic_trials(path) for path in files.synthetic])
recorded = list(angles_digests(files.joint_angles))
trials = pd.read_parquet(files.trials)
checks = audit_synthetic(synthetic, trials, read_folds(files.folds), recorded)
refuse_leaks(checks)
with replacing(snakemake.output[0]) as temporary:
    checks.to_csv(temporary, sep="\t", index=False)
log.info("%d synthetic movements audited", len(synthetic))
job.finish(snakemake)
