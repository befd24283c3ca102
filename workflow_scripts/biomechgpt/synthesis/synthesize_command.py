"""What `make synthesize` does: load the model, make the movement, write page and file, say what came out."""

from collections.abc import Mapping
from pathlib import Path

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.language_model.sampling import Sampling
from biomechgpt.report.synthesis_page import write_synthesis_page
from biomechgpt.synthesis.motion_file import write_synthetic_motion
from biomechgpt.synthesis.stance import anchored_path
from biomechgpt.synthesis.synthesize import (
    Maker,
    Synthetic,
    asked_and_measured,
    first_maker,
    open_maker,
    own_words,
    synthesize,
)

NAME = "synthetic"


def synthesize_into(
    folder: Path, text: str, model: Path | None, sampling: Mapping[str, float], seed: int
) -> str:
    """Write `synthetic.html` and `synthetic.mot` into `folder`; return what to print.

    Raises:
        InputError: As `synthesize` does, or no model makes movements.
    """
    maker = open_maker(model or first_maker(Path("results")))
    synthetic = synthesize(maker, text, Sampling(**sampling), seed)
    rows = asked_and_measured(maker, synthetic)
    folder.mkdir(parents=True, exist_ok=True)
    angles_rad, rate_hz = synthetic.decoded.angles_rad, maker.tokenizer.frame_rate_hz
    live = maker.tokenizer.statistics.live
    write_synthesis_page(
        folder / f"{NAME}.html",
        text,
        maker.description.name,
        rows,
        angles_rad,
        anchored_path(angles_rad, rate_hz).position_m,
        rate_hz,
        hidden=[name for name, moves in zip(JOINT_NAMES, live, strict=True) if not moves],
    )
    words = " ".join(text.replace("=", " ").split())
    remarks = [f"Asked for: {words}", f"Model: {maker.description.name}"]
    write_synthetic_motion(folder / f"{NAME}.mot", angles_rad, rate_hz, remarks)
    return "\n".join(_lines(maker, synthetic, rows, folder)) + "\n"


def _lines(
    maker: Maker, synthetic: Synthetic, rows: list[tuple[str, str, str]], folder: Path
) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    table = [f"  {c:<{widths[0]}}  asked {a:<{widths[1]}}  measured {m}" for c, a, m in rows]
    rejected = [f"  rejected before it: {sentence}" for sentence in synthetic.rejected]
    limited = (
        f"  before limits: legs out of range in {synthetic.decoded.outside_share:.0%} of frames, too "
        f"fast in {synthetic.decoded.too_fast_share:.0%}"
    )
    simulated = ["  The model learnt from simulated people."] if maker.description.simulated else []
    return [
        f"SYNTHETIC movement of: {synthetic.prompt}",
        *(*table, *rejected, limited, *simulated),
        f"  The model itself describes it so: {own_words(maker, synthetic)}",
        f"  {folder / NAME}.html moves, {folder / NAME}.mot opens in OpenSim",
    ]
