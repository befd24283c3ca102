"""Make a movement from a sentence. `--help` says how."""

import argparse
import logging
import sys
import warnings
from pathlib import Path

from biomechgpt.errors import InputError

parser = argparse.ArgumentParser(
    description="Make a synthetic movement from words: a moving page and an OpenSim file.",
    epilog="Nobody moved like this; docs/synthesis.md says what it is worth.",
)
parser.add_argument("text", help="what to make, such as: a person after a stroke walks at 0.6 m/s")
parser.add_argument("--model", type=Path, help="a model folder; without it, the first in results/")
parser.add_argument(
    "--folder", type=Path, default=Path("synthetic_movement"), help="where to write"
)
parser.add_argument("--seed", type=int, default=0, help="another number, another movement")
parser.add_argument("--temperature", type=float, default=0.9, help="0: the most probable movement")
parser.add_argument("--top-p", type=float, default=0.95, help="share of the tokens drawn from")
parser.add_argument(
    "--guidance", type=float, default=2.0, help="1: none; more obeys more, varies less"
)


def main(options: argparse.Namespace) -> None:
    from biomechgpt.synthesis.synthesize_command import synthesize_into

    sampling = {key: getattr(options, key) for key in ("temperature", "top_p", "guidance")}
    print(
        synthesize_into(options.folder, options.text, options.model, sampling, options.seed),
        end="",
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore", FutureWarning)  # from packages that we use
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    try:
        main(parser.parse_args())
    except InputError as problem:
        sys.exit(str(problem))
