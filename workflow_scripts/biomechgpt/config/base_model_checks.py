"""What must hold of the base models of a config."""

from collections.abc import Mapping

from biomechgpt.language_model.hub import is_hub_id
from biomechgpt.settings.base_models_section import BaseModelSettings


def check_base_models(base_models: Mapping[str, BaseModelSettings]) -> list[str]:
    """Sentences on widths and revisions."""
    sentences = []
    for name, cfg in base_models.items():
        key = f"base_models.{name}"
        if cfg.kind == "embedded" and cfg.width % (2 * cfg.heads):
            sentences.append(
                f"{key}.width is {cfg.width}; it must be a multiple of 2 * heads, which is "
                f"{2 * cfg.heads}."
            )
        if cfg.kind == "checkpoint" and cfg.revision is None and is_hub_id(cfg.source):
            sentences.append(
                f"{key}.revision is null; a model on the hub may change, so name its commit."
            )
    return sentences
