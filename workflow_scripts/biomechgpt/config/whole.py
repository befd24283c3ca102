"""Every section of config.yaml as one model, with the checks that concern more than one value."""

from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from biomechgpt.config.section_checks import CROSS_CHECKS
from biomechgpt.settings.reconstruct_section import ReconstructSettings
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.strict import StrictModel, Text
from biomechgpt.settings.study_section import StudySettings


class AnnotateSettings(StrictModel):
    """What `snakemake annotate` asks about what."""

    model: Text | None = Field(description="A model folder of an earlier run; null for none.")
    cohort: Text | None = Field(
        description="A cohort folder without need of labels; null for none."
    )


class CrossCheckError(ValueError):
    """Values that are valid by themselves and do not fit together, a list of sentences."""


class Config(RunSettings):
    """Every key of config.yaml; values stand in config.yaml alone."""

    reconstruct: ReconstructSettings
    annotate: AnnotateSettings
    study: StudySettings | None = Field(
        None, description="A blinded study of this run's answers or movements; null: none."
    )

    @field_validator("*")
    @classmethod
    def _fits(cls, section: Any, info: ValidationInfo) -> Any:
        """Do the checks whose last section this is, where the others have passed theirs.

        Raises:
            CrossCheckError: something does not fit.
        """
        sections = info.data | {info.field_name: section}
        sentences = [
            sentence
            for names, check in CROSS_CHECKS
            if names[-1] == info.field_name and sections.keys() >= set(names)
            for sentence in check(*(sections[name] for name in names))
        ]
        if sentences:
            raise CrossCheckError(sentences)
        return section
