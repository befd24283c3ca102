"""Models that read a video beside the body: what each modality gives, beside what the source alone gives."""

from collections.abc import Iterator

from biomechgpt.report.page.blocks import Block, Cell, Paragraph, TableBlock
from biomechgpt.report.results import NAMES, AnsweredTask, Results
from biomechgpt.report.sections.task_sentences import estimate, verdict
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.video_section import SHOWINGS, shown_name

KINDS = {
    "late_fusion": "late fusion",
    "probe": "ridge regression on pooled features of the video",
    "source": "cohort, camera, size and length, box: nothing of the movement",
    "majority": "the most frequent label, or the median",
}
WORDS = {
    "video-alone": "the video, the body withheld",
    "body-alone": "the body, the video withheld",
    "video-swapped": "the body, and the video of somebody else",
    "body-swapped": "the video, and the body of somebody else",
}
CAPTION = (
    "Mean over seeds on test participants, 95 % interval over participants; the difference is that of the "
    "model with both, paired, positive where both are better, its verdict adjusted by Holm's method. With "
    "one modality withheld or swapped the same model is asked again about the trials that have a video: what "
    "it does not lose, it did not rest on. "
    "Where the source comes near, a figure says nothing of movement."
)
NO_SOURCE = (
    "No baseline of kind source is among the baselines: nobody can tell how much of these figures is the "
    "scene. Add one (docs/video.md)."
)


def video_and_body(results: Results, settings: RunSettings) -> list[Block]:
    """The table of ablations for each variant that reads videos; nothing without one."""
    readers = [name for name, variant in settings.variants.items() if variant.video]
    if not readers:
        return []
    blocks: list[Block] = []
    if all(baseline.kind != "source" for baseline in settings.baselines.values()):
        blocks.append(Paragraph(NO_SOURCE))
    for name in readers:
        rows = [row for task in results.tasks for row in _rows(results, settings, task, name)]
        head = ["question", "model", "figure", f"{name} with both against it"]
        blocks.append(TableBlock(f"{name}. {CAPTION}", head, rows, n_text=2, long=True))
    return blocks


def _rows(
    results: Results, settings: RunSettings, task: AnsweredTask, name: str
) -> Iterator[list[Cell | str]]:
    """A row a model that answered the task: the variant, each modality alone, then the others."""
    for model, words in _compared(settings, name).items():
        row = results.mean(model, task.name, task.headline)
        if row is None:
            continue
        ahead = results.difference(name, model, task.name, task.headline)
        yield [
            Cell(task.title, NAMES[task.headline]),
            Cell(model, words),
            estimate(task.headline, row),
            Cell("") if model == name else verdict(ahead),
        ]


def _compared(settings: RunSettings, name: str) -> dict[str, str]:
    """Which models stand in the table of a variant, and what each sees."""
    models = {name: "video and body"}
    models |= {shown_name(name, showing): WORDS[showing] for showing in SHOWINGS}
    own = settings.variants[name]
    models |= {
        other: f"trained on the body alone, {variant.motion}"
        for other, variant in settings.variants.items()
        if not variant.video and variant.base_model == own.base_model
    }
    by_kind = {kind: [n for n, b in settings.baselines.items() if b.kind == kind] for kind in KINDS}
    return models | {n: KINDS[kind] for kind, names in by_kind.items() for n in names}
