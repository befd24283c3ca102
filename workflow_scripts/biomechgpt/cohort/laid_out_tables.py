"""The two tables of a cohort folder that a script lays out for a published data set."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from biomechgpt.files import replacing


def write_tables(trials: Sequence[Mapping[str, str]], folder: Path) -> None:
    """Write `trials.tsv`, a row of text cells a trial, and `participants.tsv`, those whom it names."""
    people = sorted({trial["participant_id"] for trial in trials})
    tables = {"participants.tsv": {"participant_id": people}, "trials.tsv": trials}
    for name, rows in tables.items():
        with replacing(folder / name) as temporary:
            pd.DataFrame(rows).to_csv(temporary, sep="\t", index=False)
