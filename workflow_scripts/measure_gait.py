"""Measure the gait features of one shard's trials."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.baselines.gait_features import measure_shard

measure_shard(snakemake.input.joint_angles, snakemake.params.frame_rate_hz, snakemake.output[0])
job.finish(snakemake)
