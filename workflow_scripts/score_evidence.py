"""Hold evidence that texts state against what kinematics measure. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.evidence.score_texts import read_texts, score_texts, texts_of_model
from biomechgpt.features.normal_gait import read_normal_gait

RESOURCES = Path(__file__).resolve().parents[1] / "resources"

parser = argparse.ArgumentParser(
    description="Score the evidence that texts about the trials of a run state.",
    epilog="docs/study.md says what the tables hold.",
)
parser.add_argument("--run", type=Path, default=Path("results"), help="results of the run")
texts = parser.add_mutually_exclusive_group(required=True)
texts.add_argument(
    "--texts",
    type=Path,
    help="table with the columns trial_id and text; with answer and negated_answer, too, it says how often "
    "an answer changed when a line was negated",
)
texts.add_argument("--model", help="a variant of the run, whose written answers are scored")
parser.add_argument(
    "--folder", type=Path, default=Path("evidence_scores"), help="where the tables go"
)

if __name__ == "__main__":
    options = parser.parse_args()
    try:
        normal = read_normal_gait(RESOURCES / "normal_gait.yaml", RESOURCES / "normal_ranges.yaml")
        table = (
            texts_of_model(options.run, options.model)
            if options.model
            else read_texts(options.texts)
        )
        measures = score_texts(options.run, table, normal, options.folder)
    except InputError as problem:
        sys.exit(str(problem))
    print(measures.to_string(index=False, float_format="%.3f", na_rep="-"))
    print(f"Tables: {options.folder}")
