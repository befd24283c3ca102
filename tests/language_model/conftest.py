"""A small base model, what it is fine-tuned on, and the model that comes of it."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from biomechgpt.language_model import loading
from biomechgpt.language_model.finetuning import finetune
from biomechgpt.language_model.small_bases import SMALL_BASES
from tests.helpers import small_model
from tests.helpers.checkpoint_layouts import write_checkpoint


@pytest.fixture(scope="session")
def tasks():
    return small_model.make_tasks()


@pytest.fixture(scope="session")
def motions():
    return small_model.make_motions()


@pytest.fixture(scope="session")
def questions():
    return small_model.make_questions()


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    return small_model.write_sources(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="session")
def base_folder(sources):
    return sources.base


@pytest.fixture
def base(base_folder):
    return loading.load_base(base_folder, small_model.CODES)


@pytest.fixture(scope="session", params=["1b", "4b"])
def checkpoint_folder(request, tmp_path_factory):
    """A random checkpoint in the layout of either size of Gemma 3."""
    torch.set_num_threads(1)
    return write_checkpoint(tmp_path_factory.mktemp("hub") / request.param, request.param)


LAYOUTS = ["1b", "smollm2", "qwen3"]


@pytest.fixture(scope="session", params=[*LAYOUTS, *SMALL_BASES])
def any_base(request, tmp_path_factory):
    """The folder of a base of each supported type, and whether motion tokens need added rows in it.

    Random ones in the layouts of the real ones, and real ones in the folder that BIOMECHGPT_BASES
    names, by the names that `fetch_small_base` has for them.
    """
    torch.set_num_threads(1)
    has_reserved_pieces = request.param in ("1b", "gemma-3-270m")
    if request.param in LAYOUTS:
        folder = tmp_path_factory.mktemp("any") / request.param
        return write_checkpoint(folder, request.param), not has_reserved_pieces
    folder = Path(os.environ.get("BIOMECHGPT_BASES", "/nowhere")) / request.param
    if not folder.is_dir():
        pytest.skip(f"BIOMECHGPT_BASES names no folder with {request.param} (fetch_small_base)")
    return folder, not has_reserved_pieces


@pytest.fixture(scope="session")
def variant_run():
    return small_model.RUN


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory, sources, variant_run):
    folder = tmp_path_factory.mktemp("models") / "seed-0"
    finetune(sources, variant_run, folder, "code")
    return folder


@pytest.fixture(scope="session")
def features():
    return (
        np.random.default_rng(0)
        .standard_normal((24, *small_model.FEATURES_SHAPE))
        .astype(np.float32)
    )


@pytest.fixture(scope="session")
def soft_sources(tmp_path_factory, sources, features):
    return small_model.write_soft_sources(tmp_path_factory.mktemp("soft"), sources, features)


@pytest.fixture(scope="session")
def soft_run(variant_run):
    return variant_run.model_copy(update={"motion": "both"})


@pytest.fixture(scope="session")
def soft_folder(tmp_path_factory, soft_sources, soft_run):
    folder = tmp_path_factory.mktemp("models") / "seed-0"
    finetune(soft_sources, soft_run, folder, "code")
    return folder
