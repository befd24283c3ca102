"""Put what was asked for and what was measured of all folds and seeds into one table."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.files import replacing
from biomechgpt.synthesis.control import rejected_share, summary

files = snakemake.input
table = summary(pd.concat([pd.read_parquet(path) for path in files.control]))
table["rejected_share"] = rejected_share(files.trials, files.rejected)
with replacing(snakemake.output[0]) as temporary:
    table.to_csv(temporary, sep="\t", index=False, na_rep="n/a", float_format="%.4g")
log.info("\n%s", table.to_string(index=False))
job.finish(snakemake)
