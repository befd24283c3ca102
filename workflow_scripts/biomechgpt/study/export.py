"""Export a blinded study from a finished run: a form for each rater, and the key apart."""

from pathlib import Path

from biomechgpt.config.whole import Config
from biomechgpt.errors import InputError
from biomechgpt.features.normal_gait import NormalGait
from biomechgpt.files import replacing
from biomechgpt.recordings.recording import Reading
from biomechgpt.settings.study_section import StudySettings
from biomechgpt.study.finished_run import open_run
from biomechgpt.study.form_pages import write_form
from biomechgpt.study.study_folder import Study, StudyFolder, key_table, write_study_record
from biomechgpt.study.study_parts import StudyPart, explanation_part, pair_part

README = """\
# Study {name}

- `forms/` holds a page for each rater. Send each person that page alone: it needs no network, and no server
  gets to know anything. Raters open it, rate, and send back the file that its button saves.
- `ratings/` is where those files go. `make read-study` reads them.
- `key/` says which explanation is of which arm. Nobody who rates may see it, nor whoever talks to raters
  about the items. Without it ratings cannot be read: keep a copy.

Raters are people: {raters}. A file without the rater's word for that is refused.
"""


def write_study(
    config: Config, results: Path, reading: Reading, normal: NormalGait, parent: Path
) -> StudyFolder:
    """Write the study of `config.study` into its folder in `parent`, which must not have it yet.

    Args:
        config: The config of the run, with the study.
        results: The results of the run.
        reading: How motion files of cohort folders are read.
        normal: What is usual, for measured evidence.
        parent: The folder of all studies.

    Raises:
        InputError: There is such a study, the run is not finished, or it cannot fill the study.
    """
    settings = config.study
    folder = StudyFolder(parent / settings.name)
    if folder.path.exists():
        raise InputError(
            f"{folder.path} is there already, and raters may have its forms: give study.name another "
            "name, or delete the folder."
        )
    run = open_run(results, config, normal)
    parts = [explanation_part(run, settings)] if settings.explanations else []
    parts += [pair_part(run, settings, reading)] if settings.pairs else []
    with replacing(folder.path) as temporary:
        _write(StudyFolder(temporary), settings, parts)
    return folder


def _write(folder: StudyFolder, settings: StudySettings, parts: list[StudyPart]) -> None:
    folder.ratings.mkdir(parents=True)
    explanations = settings.explanations
    scales = explanations.scales if explanations else {}
    simulated = any(part.simulated for part in parts)
    forms = {
        rater: write_form(
            folder.forms / f"{rater}.html",
            settings.name,
            rater,
            scales,
            [item for part in parts for item in part.forms[rater]],
            simulated,
        )
        for rater in settings.raters
    }
    study = Study(
        name=settings.name,
        key=key_table(row for part in parts for row in part.key),
        forms=forms,
        arms=list(explanations.arms) if explanations else [],
        scales=scales,
        simulated=simulated,
        bootstrap_draws=settings.bootstrap_draws,
        seed=settings.seed,
    )
    write_study_record(folder, study)
    words = README.format(name=settings.name, raters=", ".join(settings.raters))
    (folder.path / "README.md").write_text(words, encoding="utf-8")
