"""What must hold in a config where videos are read."""

from collections.abc import Iterator, Mapping

from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.settings.variants_section import VariantSettings
from biomechgpt.settings.video_section import SHOWINGS, shown_name


def check_videos(
    split: SplitSettings,
    variants: Mapping[str, VariantSettings],
    baselines: Mapping[str, BaselineSettings],
) -> list[str]:
    """Sentences on `split.group`, which videos need, on names, and on baselines that see videos."""
    return [
        *_group(split, variants, baselines),
        *_names(variants, baselines),
        *_probes(baselines),
        *_fusions(variants, baselines),
    ]


def _group(
    split: SplitSettings,
    variants: Mapping[str, VariantSettings],
    baselines: Mapping[str, BaselineSettings],
) -> Iterator[str]:
    """A sentence where videos are read and nobody says who stays on one side."""
    readers = [f"variants.{name}" for name, variant in variants.items() if variant.video]
    readers += [f"baselines.{name}" for name, baseline in baselines.items() if baseline.video]
    if readers and split.group is None:
        yield (
            f"split.group is missing, but videos are read by {', '.join(readers)}: clips of one video on "
            "both sides let a model recognise the scene. Write person where participant_id says who is seen, "
            "or video, with a column video_id in trials.tsv."
        )


def _names(
    variants: Mapping[str, VariantSettings], baselines: Mapping[str, BaselineSettings]
) -> Iterator[str]:
    """A sentence for each model whose name the answers to other showings take."""
    for name, variant in variants.items():
        for taken in (shown_name(name, showing) for showing in SHOWINGS if variant.video):
            if taken in variants or taken in baselines:
                yield (
                    f"{taken} is the name of a model, but variants.{name} answers under it when "
                    "a modality is withheld or swapped; rename one."
                )


def _probes(baselines: Mapping[str, BaselineSettings]) -> Iterator[str]:
    """A sentence for each probe without a view, and each view of what sees no video."""
    for name, cfg in baselines.items():
        if cfg.kind == "probe" and not cfg.video:
            yield f"baselines.{name}.video is missing; kind probe needs features or keypoints."
        if cfg.kind != "probe" and cfg.video:
            yield f"baselines.{name}.video is set, but kind {cfg.kind} sees no video; take it out."
        if cfg.kind != "late_fusion" and cfg.of:
            yield f"baselines.{name}.of is set, but kind {cfg.kind} fuses nothing; take it out."


def _fusions(
    variants: Mapping[str, VariantSettings], baselines: Mapping[str, BaselineSettings]
) -> Iterator[str]:
    """Sentences for each late fusion of what gives no answers that could be fused."""
    known = [*variants]
    known += [
        shown_name(n, s) for n, variant in variants.items() if variant.video for s in SHOWINGS
    ]
    known += [
        n for n, cfg in baselines.items() if cfg.kind != "late_fusion" and cfg.labels == "recorded"
    ]
    for name, cfg in baselines.items():
        if cfg.kind != "late_fusion":
            continue
        if len(cfg.of) < 2:
            yield f"baselines.{name}.of has {len(cfg.of)} entries; kind late_fusion needs 2 or more."
        for model in cfg.of:
            if model not in known:
                yield f"baselines.{name}.of names {model}; it may name {', '.join(known)}."
