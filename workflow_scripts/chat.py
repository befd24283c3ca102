"""Ask a model about a movement, here or on a page. `--help` says how."""

import argparse
import logging
import sys
import warnings
from pathlib import Path

from biomechgpt.chat import command
from biomechgpt.errors import InputError

parser = argparse.ArgumentParser(
    description="Ask a model about a recorded movement; without a question, serve a page to ask on.",
    epilog="Not a medical device. docs/chat.md explains what an answer is worth.",
)
parser.add_argument(
    "question",
    nargs="*",
    help="one or more, each may refer to the one before; none: serve the page",
)
parser.add_argument("--model", type=Path, help="a model folder; without it, the first in results/")
parser.add_argument(
    "--run", type=Path, help="results folder of the run whose trials are asked about"
)
parser.add_argument(
    "--trial", action="append", default=[], help="trial to ask about; may be repeated"
)
parser.add_argument(
    "--file",
    action="append",
    default=[],
    type=Path,
    help="your own motion file instead; may be repeated",
)
parser.add_argument(
    "--video", type=Path, help="features of the video of what is asked about (docs/video.md)"
)
parser.add_argument("--json", action="store_true", help="print JSON, one answer a line")
parser.add_argument("--recorded", action="store_true", help="print the recorded label too")
parser.add_argument(
    "--host", default="127.0.0.1", help="address of the page (default: this computer)"
)
parser.add_argument("--port", type=int, help="port of the page (default: a free one from 7860)")

if __name__ == "__main__":
    warnings.simplefilter("ignore", FutureWarning)  # from packages that we use
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    try:
        sys.exit(command.run(parser.parse_args()))
    except InputError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
