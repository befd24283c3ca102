"""Strip the pelvis, zero the configured joints and bring a shard to one frame rate."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.motion.strip import strip_shard
from biomechgpt.settings.motion_section import MotionSettings

strip_shard(
    snakemake.input[0],
    MotionSettings.model_validate(snakemake.params.cfg),
    snakemake.output.joint_angles,
    snakemake.output.issues,
)
job.finish(snakemake)
