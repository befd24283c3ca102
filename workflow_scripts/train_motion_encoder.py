"""Train the motion encoder of one fold."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from biomechgpt.motion_encoder.encoder_stage import make_encoder
from biomechgpt.settings.motion_encoders_section import MotionEncoderSettings

make_encoder(
    snakemake.input.joint_angles,
    snakemake.input.trials,
    snakemake.input.folds,
    snakemake.wildcards.fold,
    MotionEncoderSettings.model_validate(snakemake.params.cfg),
    snakemake.params.frame_rate_hz,
    snakemake.params.training_code,
    snakemake.output.encoder,
    snakemake.output.copies,
)
job.finish(snakemake)
