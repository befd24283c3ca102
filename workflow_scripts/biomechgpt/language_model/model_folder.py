"""The model folder: everything that is needed to answer questions about a new motion.

adapter/            LoRA weights and motion rows without the base model, in the format of peft
language_tokenizer/ the language tokenizer, in which the motion tokens are named
base/               the base model if it is an embedded one; `base` in model.json names any other
motion_tokenizer/   weights and statistics of the motion tokenizer
motion_encoder/     weights and statistics of the motion encoder, where the motion is not discrete
projector.safetensors   what turns features into soft tokens, where there are some
video/              which features of videos it reads and how they are scaled, where it reads some
video_reader.safetensors   the queries that turn them into soft tokens
model.json          provenance, joint order, frame rate, tasks, settings (`description`)
training.jsonl      losses during training
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from peft import PeftModel
from safetensors.torch import save_file
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model import adapters, loading, vocabulary
from biomechgpt.language_model.checkpoint_source import locate, read_note
from biomechgpt.language_model.description import (
    ModelDescription,
    read_description,
    write_description,
)
from biomechgpt.language_model.examples import Prompts, encode_prompts
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.motion_reading import Views, motion_input, with_videos
from biomechgpt.language_model.soft_tokens import PROJECTOR
from biomechgpt.language_model.video_reader import VIDEO_READER
from biomechgpt.motion_encoder.encoder_folder import StoredEncoder, load_encoder
from biomechgpt.motion_encoder.feature_files import MotionFeatures
from biomechgpt.settings.variants_section import SOFT
from biomechgpt.tokenizer.tokens import TokensMetadata
from biomechgpt.video.clip_storage import Clip
from biomechgpt.video.scaled_videos import StoredVideos, load_videos, save_videos

RESERVED_FOR_ANSWER = 64  # tokens


class LoadedModel(NamedTuple):
    """A fine-tuned model, ready for prediction, and what `model.json` says of it."""

    model: PeftModel
    tokenizer: PreTrainedTokenizerFast
    description: ModelDescription
    motion_encoder: StoredEncoder | None = None  # None where the motion is discrete
    videos: StoredVideos | None = None  # None where it reads no video

    def motion(
        self,
        codes: np.ndarray,
        angles_rad: np.ndarray,
        clip: Clip | None = None,
        name: str = "The recording",
    ) -> MotionInput:
        """What the model reads of a movement, of its `codes` and its angles (T, J) in rad.

        `clip`: its video, as the encoder left it; None where there is none. `name` is for errors.

        Raises:
            InputError: The model reads no video, or knows features of another kind.
        """
        encoder, reading = self.motion_encoder, self.description.motion
        motion = MotionInput(codes)
        if encoder is not None:
            features = MotionFeatures(encoder.features(angles_rad), encoder.facts(angles_rad))
            motion = motion_input(reading, codes, features, encoder.scale)
        if self.videos is None:
            if clip is not None:
                raise InputError(f"{name} has a video, but this model reads none: leave it out.")
            return motion
        clips = {} if clip is None else {"": self.videos.scaled(clip, name)}
        views = {"": Views(motion, motion)}
        return self.with_videos(views, clips)[""].recorded

    def with_videos(
        self, motions: Mapping[str, Views], clips: Mapping[str, Clip]
    ) -> dict[str, Views]:
        """`motions` with the scaled `clips` of their trials, of a model that reads videos."""
        return with_videos(motions, clips, self.videos.n_features, self.description.video)

    def prompts(self, motion: MotionInput, questions: Sequence[str]) -> Prompts:
        """The prompts of `questions` about `motion`, as long as the model may read.

        Raises:
            InputError: As `encode_prompts` does.
        """
        max_length = self.description.max_length
        return encode_prompts(self.tokenizer, motion, questions, max_length, RESERVED_FOR_ANSWER)


class Folders(NamedTuple):
    """The folders of what a model consists of besides its adapter."""

    base: Path
    motion_tokenizer: Path
    motion_encoder: Path | None = None
    videos: Path | None = None


def save_model(
    folder: Path,
    model: PeftModel,
    tokenizer: PreTrainedTokenizerFast,
    parts: Folders,
    description: ModelDescription,
) -> None:
    """Write a model folder without its training metrics.

    An embedded base is copied, since it is nowhere else; of any other base the source is noted.
    """
    checkpoint = read_note(parts.base)
    adapter = model.active_peft_config
    adapter.base_model_name_or_path = checkpoint.source if checkpoint else "base"
    adapter.revision = checkpoint.revision if checkpoint else None
    model.save_pretrained(folder / "adapter")
    tokenizer.save_pretrained(folder / "language_tokenizer")
    shutil.copytree(parts.motion_tokenizer, folder / "motion_tokenizer")
    if parts.motion_encoder is not None:
        shutil.copytree(parts.motion_encoder, folder / "motion_encoder")
    if hasattr(model, "projector"):
        save_file(model.projector.state_dict(), folder / PROJECTOR)
    if parts.videos is not None:
        save_videos(folder / "video", load_videos(parts.videos))
        save_file(model.video_reader.state_dict(), folder / VIDEO_READER)
    if checkpoint is None:
        shutil.copytree(parts.base, folder / "base")
    write_description(folder, description.model_copy(update={"base": checkpoint}))


def load_model(folder: Path) -> LoadedModel:
    """Load a model folder for prediction.

    Raises:
        InputError: The base model is nowhere, or does not fit the language tokenizer.
    """
    folder = Path(folder)
    description = read_description(folder)
    checkpoint, vocabulary_size = description.base, description.motion_vocabulary_size
    if checkpoint is None:
        base = loading.load_base(folder / "base", vocabulary_size)
    else:
        base_folder = locate(checkpoint.source, checkpoint.revision)
        resize = checkpoint.motion_tokens == "resize"
        base = loading.load_base(base_folder, vocabulary_size, resize)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder / "language_tokenizer")
    if vocabulary.motion_ids(tokenizer, vocabulary_size) != base.motion_rows:
        raise InputError(f"{folder}: its language tokenizer does not fit its base model.")
    loading.never_pack(base.model)
    model = PeftModel.from_pretrained(base.model, folder / "adapter")
    encoder = None if description.motion == "discrete" else load_encoder(folder / "motion_encoder")
    if description.motion in SOFT:
        adapters.add_projector(model, base, encoder.shape, folder)
    videos = load_videos(folder / "video") if description.video else None
    if videos is not None:
        shape = (description.video.queries, videos.n_features)
        adapters.add_video_reader(model, base, shape, folder)
    return LoadedModel(model.eval(), tokenizer, description, encoder, videos)


def check_tokens(metadata: TokensMetadata, tokenizer_sha256: str, source: str) -> None:
    """Raise InputError where another motion tokenizer than that of `source` made the tokens."""
    made_by = metadata.tokenizer_sha256
    if made_by != tokenizer_sha256:
        raise InputError(
            f"The tokens were made by motion tokenizer {made_by[:12]}, {source} needs those of "
            f"{tokenizer_sha256[:12]}: make them again with that tokenizer."
        )
