"""Put the tokens of all shards into one file."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.tokenizer.tokens import gather_tokens

gather_tokens(snakemake.input, snakemake.output[0])
job.finish(snakemake)
