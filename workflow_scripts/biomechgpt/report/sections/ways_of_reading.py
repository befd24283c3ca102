"""In which ways the models of a run read movement, in words, and which models differ in that alone."""

from biomechgpt.settings.run_settings import RunSettings

WORDS = {
    "discrete": "tokens",
    "continuous": "soft tokens",
    "both": "tokens and soft tokens",
    "text": "told kinematics in words",
    "numbers": "told kinematics in digits",
}
TOLD = ("text", "numbers")  # no reading of movement


def way_of(settings: RunSettings, name: str) -> str:
    """How the variant `name` reads movement, or that it is told kinematics."""
    motion = settings.variants[name].motion
    return f"{motion}: {WORDS[motion]}"


def references(settings: RunSettings) -> list[str]:
    """The values of `motion` that others are compared with, as far as a variant has them."""
    motions = {variant.motion for variant in settings.variants.values()}
    return [motion for motion in ("discrete", "text") if motion in motions]


def counterpart(settings: RunSettings, name: str, motion: str) -> str | None:
    """The first variant with this `motion` that has the base and the tokenizer of another variant."""
    own = settings.variants[name]
    same = (
        other
        for other, cfg in settings.variants.items()
        if (cfg.motion, cfg.base_model, cfg.tokenizer) == (motion, own.base_model, own.tokenizer)
    )
    return next(same, None)
