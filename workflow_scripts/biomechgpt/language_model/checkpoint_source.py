"""Where a base model's files lie: in a folder of the user's, in the hub's cache, or on the hub."""

import json
import logging
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model.hub import is_hub_id

FILES = ["*.json", "*.safetensors", "*.jinja"]
NEEDED = ("config.json", "tokenizer.json", "*.safetensors")
NOTE_FILE = "checkpoint_source.json"
log = logging.getLogger(__name__)


def locate(source: str, revision: str | None) -> Path:
    """The folder with the checkpoint `source`: a local path, or a hub id at `revision`.

    The hub's cache is looked at first, so that a fetched model needs no network. InputError, with
    what to do, where there is no such folder or model, where access is refused, or a file is lacking.
    """
    local = Path(source).expanduser()
    if local.is_dir():
        return _complete(local.resolve())
    if not is_hub_id(source):
        raise InputError(
            f"The base model {source} is no folder here and no hub id (owner/name): correct "
            "base_models.*.source."
        )
    try:
        return _complete(Path(_cached_or_fetched(source, revision)))
    except (HfHubHTTPError, LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise InputError(f"{_reason(source, revision, error)} ({error})") from None


def _cached_or_fetched(source: str, revision: str | None) -> str:
    try:
        return snapshot_download(
            source, revision=revision, allow_patterns=FILES, local_files_only=True
        )
    except LocalEntryNotFoundError:
        log.info(f"{source} is not in the cache: fetching it from the hub")
        return snapshot_download(source, revision=revision, allow_patterns=FILES)


def _reason(source: str, revision: str | None, error: Exception) -> str:
    at = f" --revision {revision}" if revision else ""
    fetch = f"`hf download {source}{at}`"
    match error:
        case GatedRepoError():
            return (
                f"{source} is gated: accept its licence at https://huggingface.co/{source}, log in "
                f"with `hf auth login`, and run again (or {fetch}, or name a local folder)."
            )
        case RepositoryNotFoundError():
            return (
                f"The hub has no {source} that you may see: correct base_models.*.source, or log in "
                "with `hf auth login` if it is gated or private."
            )
        case RevisionNotFoundError():
            return f"{source} has no revision {revision}: correct base_models.*.revision."
        case _:
            return (
                f"{source} is not in the hub's cache and the hub did not give it: run {fetch} where "
                "there is a network, or name a local folder in base_models.*.source."
            )


def _complete(folder: Path) -> Path:
    lacking = [name for name in NEEDED if not any(folder.glob(name))]
    if lacking:
        raise InputError(
            f"{folder} lacks {' and '.join(lacking)}: a Hugging Face folder of Gemma 3 with "
            "safetensors weights is needed; fetch it again."
        )
    return folder


def link_checkpoint(cfg: dict, folder: Path) -> None:
    """Make `folder` a folder of links to a checkpoint's files, with `cfg` as its note.

    `cfg` is an entry of the config's `base_models`; errors as for `locate`.
    """
    found = locate(cfg["source"], cfg["revision"])
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True, exist_ok=True)
        for file in (file for pattern in FILES for file in sorted(found.glob(pattern))):
            (temporary / file.name).symlink_to(file.resolve())
        (temporary / NOTE_FILE).write_text(json.dumps(cfg, indent=2) + "\n")
    log.info(f"{cfg['source']} is read from {found}")


def read_note(folder: Path) -> dict | None:
    """The `cfg` that `link_checkpoint` noted in `folder`; None for a base that was built here."""
    note = Path(folder) / NOTE_FILE
    return json.loads(note.read_text()) if note.exists() else None
