"""Ask classifiers of one fold with and without synthetic movements, and measure these."""

from pathlib import Path

from biomechgpt import job

job.start(snakemake)

from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.synthesis_study_section import SynthesisStudySettings
from biomechgpt.synthesis.study_stage import StudyFiles, study_fold

inputs, params = snakemake.input, snakemake.params
settings = SynthesisStudySettings.model_validate(params.cfg)
stored = iter(dict.fromkeys(Path(path).parent for path in inputs.get("synthetic", [])))
files = StudyFiles(
    inputs.joint_angles,
    inputs.truths,
    inputs.get("tokens"),
    inputs.get("tokenizer"),
    {name: {seed: next(stored) for seed in params.seeds} for name in params.stored},
)
study_fold(
    settings,
    params.kinds,
    {name: BaselineSettings.model_validate(cfg) for name, cfg in params.classifiers.items()},
    params.label,
    params.frame_rate_hz,
    params.seeds,
    files,
    snakemake.output.utility,
    snakemake.output.measures,
)
job.finish(snakemake)
