"""Turn the accepted trials into features of a motion encoder."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.motion_encoder.feature_files import encode_shards
from biomechgpt.splits.accepted import read_accepted

encode_shards(
    snakemake.input.encoder,
    snakemake.input.joint_angles,
    set(read_accepted(snakemake.input.trials)["trial_id"]),
    snakemake.output[0],
)
job.finish(snakemake)
