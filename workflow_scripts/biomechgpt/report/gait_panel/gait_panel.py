"""The gait-cycle panel: curves over the gait cycle and a table of what was measured, as HTML.

Report, movement page and chat show the same; each has `gait_panel.css` among its styles.
"""

from collections.abc import Sequence

import jinja2
import numpy as np

from biomechgpt.features.clinical_angles import ANKLE, IN_WORDS, LEG_ANGLES, SIDES, LegAngle
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import NormalGait
from biomechgpt.features.walking_strides import WalkingStride, walking_strides
from biomechgpt.report.gait_panel.cycle_drawing import cycle_svg
from biomechgpt.report.gait_panel.record_table import rows_of, sources_of
from biomechgpt.report.page.html_file import ASSETS
from biomechgpt.report.page.wording import plural

SLOW_M_S = 1.0  # below which less movement is usual than at the speed of the normal curves


def gait_panel(
    joint_angles_rad: np.ndarray, frame_rate_hz: float, normal: NormalGait, name: str
) -> str:
    """The panel of a trial of angles (T, 34) in rad, called `name`, as HTML with its texts escaped.

    Where the trial has no walking stride the panel is a sentence that says so.
    """
    strides = walking_strides(joint_angles_rad, frame_rate_hz)
    record = measured_record(joint_angles_rad, frame_rate_hz, normal)
    loader = jinja2.FileSystemLoader(ASSETS)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    return environment.get_template("gait_panel.html").render(
        name=name,
        reason=record[0].reason,
        drawings=[_drawing(a, strides, record, normal) for a in LEG_ANGLES if _has(a, strides)],
        missing=[a.title for a in LEG_ANGLES if not _has(a, strides)],
        counts={
            words: plural(sum(s.side == side for s in strides), "stride")
            for side, words in SIDES.items()
        },
        bands=_bands(normal),
        rows=rows_of(record),
        sources=sources_of(record),
        group=normal.group,
        is_slow=record[0].value is not None and record[0].value < SLOW_M_S,
        has_foot_off=any(stride.has(ANKLE) for stride in strides),
    )


def _has(angle: LegAngle, strides: Sequence[WalkingStride]) -> bool:
    return any(stride.has(angle.key) for stride in strides)


def _drawing(
    angle: LegAngle,
    strides: Sequence[WalkingStride],
    record: Sequence[MeasuredQuantity],
    normal: NormalGait,
) -> dict:
    curve = normal.curves[angle.key]
    scores = [
        f"{quantity.side} {quantity.text}"
        for quantity in record
        if quantity.key == f"{angle.key}_score" and quantity.value is not None
    ]
    alt = f"{angle.title} over the gait cycle; distance from the normal mean {', '.join(scores)}"
    recorded = [stride for stride in strides if stride.has(angle.key)]
    return {
        "title": angle.title,
        "svg": cycle_svg(angle, recorded, curve, alt),
    }


def _bands(normal: NormalGait) -> str:
    """Whose curves make the normal bands."""
    angles: dict[str, list[str]] = {}
    for key, curve in normal.curves.items():
        angles.setdefault(curve.source, []).append(IN_WORDS[key])
    return "; ".join(f"{', '.join(words)}: {source}" for source, words in angles.items())
