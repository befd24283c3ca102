"""Find the files of a base model: in a folder of the user, in the cache of the hub, or on the hub."""

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
from biomechgpt.settings.base_models_section import CheckpointBaseSettings

FILES = ["*.json", "*.safetensors", "*.jinja"]
NEEDED = ("config.json", "tokenizer.json", "*.safetensors")
NOTE_FILE = "checkpoint_source.json"
log = logging.getLogger(__name__)


def locate(source: str, revision: str | None) -> Path:
    """The folder with the checkpoint `source`: a local path, or a hub id at `revision`.

    The cache of the hub comes first, so that a model that was fetched needs no network.

    Raises:
        InputError: There is no such folder or model, access is refused, or a file is missing.
    """
    local = Path(source).expanduser()
    if local.is_dir():
        return _complete(local.resolve())
    if not is_hub_id(source):
        raise InputError(
            f"The base model {source} is no folder on this machine and no hub id (owner/name): correct "
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
                f"The hub has no {source} that you have access to: correct base_models.*.source, or log in "
                "with `hf auth login` if it is gated or private."
            )
        case RevisionNotFoundError():
            return f"{source} has no revision {revision}: correct base_models.*.revision."
        case _:
            return (
                f"{source} is not in the hub's cache and could not be fetched: run {fetch} where there is a "
                "network, or name a local folder in base_models.*.source."
            )


def _complete(folder: Path) -> Path:
    missing = [name for name in NEEDED if not any(folder.glob(name))]
    if missing:
        raise InputError(
            f"{folder} lacks {' and '.join(missing)}: a Hugging Face folder with safetensors "
            "weights is needed; fetch it again."
        )
    return folder


def link_checkpoint(checkpoint: CheckpointBaseSettings, folder: Path) -> None:
    """Make `folder` a folder of links to the files of `checkpoint`, which is noted there.

    Raises:
        InputError: As `locate` does.
    """
    source = locate(checkpoint.source, checkpoint.revision)
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True, exist_ok=True)
        for file in (file for pattern in FILES for file in sorted(source.glob(pattern))):
            (temporary / file.name).symlink_to(file.resolve())
        (temporary / NOTE_FILE).write_text(json.dumps(checkpoint.to_dict(), indent=2) + "\n")
    log.info(f"{checkpoint.source} is read from {source}")


def read_note(folder: Path) -> CheckpointBaseSettings | None:
    """What `link_checkpoint` noted in `folder`; None for an embedded base."""
    note = Path(folder) / NOTE_FILE
    if not note.exists():
        return None
    return CheckpointBaseSettings.model_validate_json(note.read_text())
