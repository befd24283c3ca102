"""A generation task on the trials of `small_model`, and a model that learns it in a second."""

from pathlib import Path

import pandas as pd

from biomechgpt.language_model.finetuning import Sources, finetune
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.variant_run import VariantRun

WALK = GenerationTaskSettings.model_validate(
    {
        "condition_on": {
            "impaired": {
                "options": {
                    "yes": {"train": ["impaired"], "held_out": ["with impaired gait"]},
                    "no": {"train": ["healthy", "a healthy person"], "held_out": ["unimpaired"]},
                }
            },
            "side": {
                "options": {
                    "l": {"train": ["left side affected"], "held_out": ["left worse"]},
                    "r": {"train": ["right side affected"], "held_out": ["right worse"]},
                }
            },
            "speed": {
                "source": "measured",
                "decimals": 2,
                "phrasings": {
                    "train": ["walks at {value} m/s"],
                    "held_out": ["moving at {value} m/s", "{value} m/s"],
                },
            },
        },
        "seconds": {
            "least": 0.5,
            "most": 2.0,
            "phrasings": {"train": ["{value} seconds"], "held_out": ["for {value} s"]},
        },
        "phrasings": {
            "train": ["{description}", "Show: {description}."],
            "held_out": ["Please: {description}"],
        },
        "questions": {"train": ["Describe this."], "held_out": ["What is it like?"]},
    }
)


def make_conditions() -> pd.DataFrame:
    """Of each of the 24 trials what it is like; the side of the impaired alone is known."""
    rows = []
    for number in range(24):
        split = "train" if number < 16 else "test"
        impaired = number % 2
        side = "lr"[number // 2 % 2] if impaired else None
        row = (f"t{number}", f"p{number // 2}", split, ["no", "yes"][impaired], side)
        rows.append((*row, f"{0.5 + number / 40:.2f}"))
    columns = ["trial_id", "participant_id", "split", "impaired", "side", "speed"]
    return pd.DataFrame(rows, columns=columns)


def write_maker(folder: Path, sources: Sources, run: VariantRun) -> Path:
    """A model folder whose model learnt `WALK` beside its questions."""
    make_conditions().to_parquet(folder / "conditions.parquet")
    sources = sources._replace(conditions=folder / "conditions.parquet")
    model = folder / "models/v/seed-0"
    finetune(sources, run.model_copy(update={"generation": WALK}), model, "code")
    return model
