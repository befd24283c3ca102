"""A cohort folder to look at and to fill in: simulated people, empty tables, and what each column means."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from biomechgpt.cohort.table_faults import REQUIRED
from biomechgpt.errors import InputError
from biomechgpt.recordings.overrides import OVERRIDES
from biomechgpt.settings.simulate_section import SimulateSettings
from biomechgpt.simulation import sidecars
from biomechgpt.simulation.cohort import simulate_cohort

SETTINGS = SimulateSettings(
    seed=18, participants=12, max_trials_per_participant=2, frame_rate_hz=30
)
FEWEST_TO_TRAIN = 3  # people, so that most questions are asked of a dozen
LABELS = {  # of a person, of a recording
    "participants": ["impaired", "diagnosis", "fall_history"],
    "trials": ["activity", "assistive_device", "walking_speed_m_s", "cadence_steps_min", "tug_s", "fsst_s"],
}  # fmt: skip
OPTIONAL = {"participants": ["split_group"], "trials": list(OVERRIDES)}
README = """AN EXAMPLE OF A COHORT FOLDER

{simulated}
participants.tsv, trials.tsv   the tables, tab-separated, a line a person and a line a recording
motion/                        the recordings that trials.tsv names
templates/                     both tables without rows: copy them into a folder of your own and fill them in
config.yaml                    what to lay over the project's config.yaml

Check it:   snakemake --cores all check_cohort --configfile {config}
Run it:     snakemake --cores all --configfile {config}

Needed columns are participant_id in both tables, trial_id and file in trials.tsv. All others may be
left out, and a column of your own becomes a question by a few lines under tasks in config.yaml
(docs/tasks.md). n/a stands for what is not known.

{columns}
A recording may need, in trials.tsv (docs/cohort.md): {overrides}.
People who belong together have the same split_group in participants.tsv.
"""


def write_example(folder: Path, normal_gait: dict, numbers: dict) -> Path:
    """Write the folder and return the path of its config; `normal_gait`, `numbers` as `simulate_cohort`.

    Raises:
        InputError: The folder is there already.
    """
    if folder.exists():
        raise InputError(f"{folder} is there already; name another folder, or take it away first.")
    simulate_cohort(folder, SETTINGS, normal_gait, numbers)
    _write_templates(folder / "templates")
    config = folder / "config.yaml"
    overlay = {
        "run": "example",
        "cohorts": [{"name": "example", "path": str(folder), "role": "both"}],
        "questions": {"min_training_participants": FEWEST_TO_TRAIN},
    }
    config.write_text(yaml.safe_dump(overlay, sort_keys=False), encoding="utf-8")
    text = README.format(
        simulated=sidecars.README,
        config=config,
        columns=_described("participants.tsv", sidecars.PARTICIPANTS)
        + _described("trials.tsv", sidecars.TRIALS),
        overrides=", ".join(OVERRIDES),
    )
    (folder / "README").write_text(text, encoding="utf-8")
    return config


def _write_templates(folder: Path) -> None:
    folder.mkdir()
    for table, needed in REQUIRED.items():
        columns = [*needed, *LABELS[table], *OPTIONAL[table]]
        (folder / f"{table}.tsv").write_text("\t".join(columns) + "\n", encoding="utf-8")


def _described(title: str, columns: Mapping[str, Mapping[str, str]]) -> str:
    """A line a column: name, what it is, unit."""
    lines = [
        f"  {name:<20} {column['Description']}{_unit(column)}\n" for name, column in columns.items()
    ]
    return f"{title}\n{''.join(lines)}\n"


def _unit(column: Mapping[str, str]) -> str:
    return f", in {column['Units']}" if "Units" in column else ""
