"""Models that read movement in different ways, side by side and beside what simple methods see of it."""

from functools import partial

from biomechgpt.report.page.blocks import Block, Cell, Heading, Paragraph, TableBlock
from biomechgpt.report.page.wording import level
from biomechgpt.report.results import NAMES, AnsweredTask, Results
from biomechgpt.report.sections.lead_over_questions import lead_over_questions
from biomechgpt.report.sections.task_sentences import estimate, verdict
from biomechgpt.report.sections.ways_of_reading import TOLD, counterpart, references, way_of
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.variants_section import VariantSettings

KINEMATICS = "kinematics"
SHOWN = ("rocket", "n_grams", "soft_tokens", "gait_features")  # kinds, in the order of the table
EVERY_QUESTION = (
    "Every model on every question: mean over seeds on test participants, 95 % interval over participants. "
    "The probe is the best simple method on what the model reads or is told: a landmark of what its "
    "input holds, and no bound. Differences are paired and positive where the model is better; discrete and "
    "text are the first models of this motion with the same base and tokenizer. Verdicts are adjusted "
    "by Holm's method (Paired comparisons)."
)
WHERE_LOST = (
    "Simple methods by what they see, then the models: macro F1, or mean absolute error. From recorded "
    "angles to decoded ones is what the tokens lose, from recorded angles to soft tokens what the "
    "motion encoder loses, from there to a model what it does not get out of its input."
)


def movement_readings(results: Results, settings: RunSettings) -> list[Block]:
    """Which way of reading answers what how well; nothing where all variants read tokens alone."""
    if {variant.motion for variant in settings.variants.values()} == {"discrete"}:
        return []
    return [
        *_told(settings),
        *lead_over_questions(results, settings),
        *_by_question(results, settings),
        *_where_lost(results, settings),
    ]


def _told(settings: RunSettings) -> list[Paragraph]:
    """Which models read no movement at all."""
    told = [name for name, variant in settings.variants.items() if variant.motion in TOLD]
    if not told:
        return []
    text = (
        f"Told, not read: {', '.join(told)}. What stands there is no reading of movement: these models are "
        "told what kinematics measure of it, as a gait laboratory would write it down. They compare "
        "with methods that learn from such measures (kind gait_features)."
    )
    return [Paragraph(text)]


def _by_question(results: Results, settings: RunSettings) -> list[Block]:
    """A row a question and model: its figure, that of a probe of its input, and who is ahead."""
    motions = references(settings)
    rows = [
        _row(results, settings, task, name, motions)
        for task in results.tasks
        for name in results.means_of(task, settings.variants)
    ]
    head = ["question", "model", "figure", "probe of its input", "against strongest simple method"]
    head += [f"against {motion}" for motion in motions]
    table = TableBlock(EVERY_QUESTION, head, rows, n_text=2, long=True)
    return [Heading("Question by question"), table]


def _row(
    results: Results, settings: RunSettings, task: AnsweredTask, name: str, motions: list[str]
) -> list[Cell | str]:
    metric, best = task.headline, results.strongest(task)
    ahead_of = partial(results.difference, name, task=task.name, metric=metric)
    strongest = verdict(ahead_of(best))
    return [
        _question(task),
        Cell(name, way_of(settings, name)),
        estimate(metric, results.mean(name, task.name, metric)),
        _probe(results, settings, task, settings.variants[name]),
        strongest._replace(sub=f"{best}\n{strongest.sub}") if best else strongest,
        *(verdict(ahead_of(counterpart(settings, name, motion))) for motion in motions),
    ]


def _question(task: AnsweredTask) -> Cell:
    """The question, and the measure of its figures."""
    measure = NAMES[task.headline]
    return Cell(task.title, f"error, {task.unit}" if task.kind == "regression" else measure)


def _probe(
    results: Results, settings: RunSettings, task: AnsweredTask, variant: VariantSettings
) -> Cell:
    """The best simple method on the input of a variant, and its figure."""
    inputs = _inputs(variant)
    best = results.best_of(
        [name for name in results.simple if _input(settings.baselines[name]) in inputs], task
    )
    row = results.mean(best, task.name, task.headline)
    return Cell("–") if row is None else Cell(level(task.headline, row.value), best)


def _inputs(variant: VariantSettings) -> list[str]:
    """What a variant is given of a movement, in the words of `_input`."""
    tokens, soft = f"tokens of {variant.tokenizer}", f"soft tokens of {variant.motion_encoder}"
    by_motion = {"discrete": [tokens], "continuous": [soft], "both": [tokens, soft]}
    return by_motion.get(variant.motion, [KINEMATICS])


def _input(baseline: BaselineSettings) -> str:
    """What a baseline sees of a movement, empty where no variant is given it."""
    if baseline.tokenizer:
        return f"tokens of {baseline.tokenizer}"
    if baseline.motion_encoder:
        return f"soft tokens of {baseline.motion_encoder}"
    return KINEMATICS if baseline.kind == "gait_features" else ""


def _where_lost(results: Results, settings: RunSettings) -> list[Block]:
    """From recorded angles to what the models answer."""
    baselines = settings.baselines
    simple = [name for name in results.simple if baselines[name].kind in SHOWN]
    simple.sort(key=lambda n: (SHOWN.index(baselines[n].kind), baselines[n].tokenizer))
    seen = {name: _in_words(baselines[name]) for name in simple}
    seen |= {name: variant.motion for name, variant in settings.variants.items()}
    rows = []
    for task in results.tasks:
        means = results.means_of(task, seen)
        figures = (level(task.headline, means[n].value) if n in means else "–" for n in seen)
        rows.append([_question(task), *figures])
    head = ["question", *(Cell(name, words) for name, words in seen.items())]
    return [Heading("What is lost where"), TableBlock(WHERE_LOST, head, rows)]


def _in_words(baseline: BaselineSettings) -> str:
    """What a baseline sees of a movement; of decoded tokens it is the angles."""
    if baseline.kind != "rocket":
        return _input(baseline)
    return f"decoded {_input(baseline)}" if baseline.tokenizer else "recorded angles"
