"""Write what kinematics measure of one shard's trials beside what is usual, a line a quantity."""

from biomechgpt import job

log = job.start(snakemake)

from biomechgpt.evidence.lines import write_evidence
from biomechgpt.features.normal_gait import read_normal_gait

files = snakemake.input
normal = read_normal_gait(*files.normal)
n_lines = write_evidence(
    files.joint_angles, snakemake.params.frame_rate_hz, normal, snakemake.output[0]
)
log.info("%d lines", n_lines)
job.finish(snakemake)
